"""One file for each engine that can be put on trial."""
