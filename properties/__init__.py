"""Laws that derivatives obey, and what judges them: the suite that verifies an engine."""

from properties.grads.check import check_grads as check_grads
from properties.grads.report import GradientError as GradientError
from properties.grads.report import NotDecided as NotDecided
from properties.grads.report import Report as Report
from properties.oracles.ladder import OracleError as OracleError
