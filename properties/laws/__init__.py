"""The laws, in the order in which they are stated. Importing this package fills ``LAWS``."""

# The order of these lines is the order of the laws, from what is plain to what builds on it.
# isort: off
from properties.law import LAWS
from properties.laws import values as values
from properties.laws import derivatives as derivatives
from properties.laws import algebra as algebra
from properties.laws import arrangement as arrangement
from properties.laws import paths as paths
from properties.laws import orders as orders
from properties.laws import kinks as kinks
from properties.laws import extremes as extremes
from properties.laws import structure as structure
from properties.laws import graphs as graphs
from properties.laws import laziness as laziness
from properties.laws import accuracy as accuracy
# isort: on

__all__ = ["LAWS"]
