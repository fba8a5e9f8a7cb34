"""Every refusal of the engine: one root, one class for each promise that was broken.

A message has four parts: what was asked, what was got, what is expected, what to do.
"""


class EngineError(Exception):
    """The root. ``str(error)`` reads ``what: got …; expected …; do.``"""

    def __init__(self, what: str, got: str, expected: str, do: str) -> None:
        super().__init__(what, got, expected, do)
        self.what = what
        self.got = got
        self.expected = expected
        self.do = do

    def __str__(self) -> str:
        return f"{self.what}: got {self.got}; expected {self.expected}; {self.do}."


class ShapeError(EngineError, ValueError):
    """Shapes that do not broadcast, do not match or do not fill one another."""


class AxisError(EngineError, IndexError):
    """An axis out of range or named twice."""


class ItemError(EngineError, IndexError):
    """An index that the engine does not take, or that is out of range."""


class DTypeError(EngineError, TypeError):
    """A dtype other than float32 and float64, or two that should be equal and are not."""


class OperandError(EngineError, TypeError):
    """An operand that is no Tensor or no number."""


class ParameterError(EngineError, ValueError):
    """A parameter of an op or a transform with a value that it cannot have."""


class MatrixError(EngineError, ValueError):
    """A matrix that an op has no value for: a singular one, or one that is not positive definite."""


class TruthError(EngineError, ValueError):
    """A Tensor of several elements where one truth value or one number is wanted."""


class GradientRequestError(EngineError, RuntimeError):
    """A derivative was asked of something that has none."""


class CycleError(EngineError, ValueError):
    """A value that depends on itself; ``cycle`` lists the values, the first one again at the end."""

    def __init__(self, what: str, got: str, expected: str, do: str, cycle: tuple[object, ...] = ()) -> None:
        super().__init__(what, got, expected, do)
        self.cycle = cycle


class CatalogueError(EngineError, ValueError):
    """An op that states its facts wrongly."""
