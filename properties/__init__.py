"""The laws that every gradient must obey, and what is needed to hold an engine to them."""
