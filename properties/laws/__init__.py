"""The laws, in the order in which they are stated. Importing this package fills ``LAWS``."""

from properties.law import LAWS
from properties.laws import values as values  # first: what an op computes
from properties.laws import derivatives as derivatives  # then: what its rules say
from properties.laws import structure as structure  # what the graph does with them
from properties.laws import laziness as laziness  # and when

__all__ = ["LAWS"]
