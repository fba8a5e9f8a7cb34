"""What ``scripts/measure_checks.py`` measures of ``check_grads``, one promise a file."""
