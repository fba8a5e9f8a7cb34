"""A graph is values and the ops that made them.

A ``Value`` knows the op that made it, the values that the op was given, and its array once it has been
computed. An ``Op`` is a frozen description of a function: it holds parameters and no state, so one
instance may stand in many places of many graphs.

What an op *says* (``compute``, ``gradient``, ``tangent``) is written with its real number of inputs; how a
walk *asks* is the same for every op. The drivers between the two are the abstract methods here, and
``engine.kinds`` implements them once for each number of inputs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Self

from numpy import ndarray

from engine.array import Array, Shape, as_array
from engine.dtype import FLOAT32, FLOAT64, DType, promote
from engine.errors import EngineError, OperandError
from engine.topo import post_order

if TYPE_CHECKING:
    from engine.domain import Domain
    from engine.tensor import Tensor


class Value:
    """A node: ``op`` applied to ``inputs``; a leaf has neither."""

    __slots__ = ("__weakref__", "cached_data", "inputs", "op", "requires_grad", "spec")

    op: Op | None
    inputs: tuple[Tensor, ...]
    cached_data: Array | None
    requires_grad: bool
    spec: tuple[Shape, DType] | None
    """Shape and dtype, kept for a value that waits to be computed."""

    @property
    def shape(self) -> Shape:
        """The sizes of the axes; known without computing the value."""
        data = self.cached_data
        return self._spec()[0] if data is None else data.shape

    @property
    def dtype(self) -> DType:
        """float32 or float64; known without computing the value."""
        data = self.cached_data
        return self._spec()[1] if data is None else data.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of entries."""
        return prod(self.shape)

    def _spec(self) -> tuple[Shape, DType]:
        assert self.spec is not None  # a value that waits was given its shape and dtype when it was made
        return self.spec

    def _hold(self, array: Array, requires_grad: bool) -> None:
        """Be a leaf with this array."""
        self.op = None
        self.inputs = ()
        self.cached_data = array
        self.requires_grad = requires_grad
        self.spec = None

    def realize_cached_data(self) -> Array:
        """The array that the graph holds, computed now if it was not yet. It is not a copy."""
        if self.cached_data is None:
            for value in post_order((self,), _unrealized_inputs):
                value._realize()
        assert self.cached_data is not None  # every value in the order has been computed
        return self.cached_data

    def is_leaf(self) -> bool:
        """Whether no op made this value, or none that is remembered."""
        return self.op is None

    def _realize(self) -> None:
        """Compute this value from inputs that have been computed."""
        assert self.op is not None  # a leaf holds its array from the start
        self.cached_data = self.op.evaluate([value.realize_cached_data() for value in self.inputs])
        if not self.requires_grad:
            self.op, self.inputs = None, ()


def _unrealized_inputs(value: Value) -> Sequence[Value]:
    return [below for below in value.inputs if below.cached_data is None]


class Op(ABC):
    """A function of arrays that knows its derivatives."""

    __slots__ = ()

    @property
    @abstractmethod
    def arity(self) -> int | None:
        """The number of inputs; None: any."""

    @abstractmethod
    def out_shape(self, *shapes: Shape) -> Shape:
        """The shape of the result for inputs of these shapes. Raises ``ShapeError`` if they do not fit."""

    @abstractmethod
    def compute_from(self, arrays: Sequence[Array]) -> Array:
        """``compute`` for a sequence of inputs."""

    @abstractmethod
    def gradient_as_tuple(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor, ...]:
        """``gradient`` as a tuple with one adjoint for each input."""

    @abstractmethod
    def tangent_as_sum(self, in_tangents: Sequence[Tensor], moves: Sequence[bool], node: Tensor) -> Tensor:
        """The tangent of ``node``: what ``tangent`` says, summed over the inputs that move.

        ``in_tangents`` has one tangent for each input, zeros for an input that does not move.
        """

    # The three defaults that an op may replace.

    def out_dtype(self, *dtypes: DType) -> DType:
        """The dtype of the result for inputs of these dtypes: their promotion."""
        return promote(*dtypes)

    @classmethod
    def instances(cls, *shapes: Shape) -> Iterator[Self]:
        """The ops of this class that are legal for inputs of these shapes, plainest first."""
        yield cls()

    def domains(self, general: tuple[Domain, ...]) -> tuple[Domain, ...]:
        """The domains of the inputs under these parameters, given those of the class."""
        return general

    def evaluate(self, arrays: Sequence[Array]) -> Array:
        """The result, checked; an error of NumPy's about shapes is put into the engine's words."""
        try:
            result = self.compute_from(arrays)
        except EngineError:
            raise
        except ValueError:
            self.checked_shape(*(array.shape for array in arrays))
            raise
        if result.__class__ is ndarray and (result.dtype is FLOAT64 or result.dtype is FLOAT32):
            return result
        return as_array(result)

    def checked_shape(self, *shapes: Shape) -> Shape:
        """``out_shape``, after a look at the number of inputs. Raises ``OperandError``."""
        if self.arity not in (None, len(shapes)):
            raise OperandError(repr(self), f"{len(shapes)} operands", f"{self.arity}", "give each input once")
        return self.out_shape(*shapes)

    def __call__(self, *inputs: Tensor) -> Tensor:
        """The op applied to Tensors: a new node of the graph."""
        try:
            make = inputs[0].make_from_op
        except (IndexError, AttributeError):
            raise not_a_tensor(self, inputs) from None
        return make(self, inputs)


def not_a_tensor(op: Op, inputs: Sequence[object]) -> OperandError:
    """The error for an op that was given something other than Tensors."""
    kinds = ", ".join(type(given).__name__ for given in inputs) or "nothing"
    return OperandError(repr(op), f"({kinds})", "Tensors", "wrap numbers and arrays: Tensor([1.0, 2.0])")
