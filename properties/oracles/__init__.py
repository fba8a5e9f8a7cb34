"""Numeric derivatives, each with a bound on its error that it computes itself; and the ladder of them."""
