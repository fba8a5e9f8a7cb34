"""What ``scripts/measure_programs.py`` measures of random programs, one promise a file."""
