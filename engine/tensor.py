"""Tensor: a value with a user's face. Operators, shape and dtype, and the way to derivatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias, final

import numpy as np

from engine.array import Array, ArrayKey, BoolArray, Key, Numbers, array_of
from engine.dtype import FLOAT64, DTypeName, dtype_of
from engine.errors import AxisError, GradientRequestError, TruthError
from engine.graph import Op, Value, not_a_tensor
from engine.mode import GRAD_MODE, LAZY_MODE, lazy, no_grad
from engine.ops import (
    arithmetic,
    broadcasting,
    conversion,
    gathering,
    piecewise,
    powers,
    product,
    reduction,
    shape,
)
from engine.reverse import check_alike, compute_gradient_of_variables

_new = object.__new__


@final
class Tensor(Value):
    """An array of float32 or float64 in a graph.

    ``Tensor(data)`` is a leaf that holds a copy of ``data``: numbers, nested lists of them or a NumPy array.
    float32 and float64 data keep their dtype, Python floats are float64. A leaf requires a gradient unless
    ``requires_grad=False``; then integers and booleans are taken too, as float64.

    Raises ``OperandError`` for what is no rectangle of numbers, ``DTypeError`` for another dtype, for
    integers that should carry a gradient among them.
    """

    __slots__ = ("grad",)
    __array_ufunc__: None = None  # so that ndarray * Tensor is left to Tensor.__rmul__

    grad: Tensor | None
    """The adjoint that the last ``backward()`` left here: a Tensor in the extended graph."""

    def __init__(
        self, data: Tensor | Numbers, *, dtype: DTypeName | None = None, requires_grad: bool = True
    ) -> None:
        wanted = None if dtype is None else dtype_of(dtype)
        numbers = data.realize_cached_data() if isinstance(data, Tensor) else data
        self._hold(array_of(numbers, wanted, integers=not requires_grad, copy=True), requires_grad)
        self.grad = None

    @staticmethod
    def make_const(data: Tensor | Numbers, *, requires_grad: bool = False) -> Tensor:
        """A leaf that holds ``data`` itself where it is a float array (no copy); a constant by default."""
        numbers = data.realize_cached_data() if isinstance(data, Tensor) else data
        tensor = _new(Tensor)
        tensor._hold(array_of(numbers, None, integers=not requires_grad, copy=False), requires_grad)
        tensor.grad = None
        return tensor

    @staticmethod
    def make_from_op(op: Op, inputs: tuple[Tensor, ...]) -> Tensor:
        """The node that ``op`` makes of ``inputs``, computed at once unless LAZY_MODE is on.

        A result that requires no gradient forgets op and inputs. Raises ``OperandError`` for inputs that are
        no Tensors, and what the op raises for shapes that do not fit.
        """
        lazy_mode = LAZY_MODE.get()
        requires_grad = False
        arrays: list[Array] = []
        for value in inputs:
            if value.__class__ is not Tensor:
                raise not_a_tensor(op, inputs)
            if value.requires_grad:
                requires_grad = True
            if not lazy_mode:
                array = value.cached_data
                arrays.append(value.realize_cached_data() if array is None else array)
        tensor = _new(Tensor)
        tensor.grad = None
        tensor.requires_grad = requires_grad = requires_grad and GRAD_MODE.get()
        if lazy_mode:
            tensor.cached_data = None
            tensor.spec = (
                op.checked_shape(*[value.shape for value in inputs]),
                op.out_dtype(*[value.dtype for value in inputs]),
            )
        else:
            tensor.cached_data = op.evaluate(arrays)
            tensor.spec = None
        if requires_grad or lazy_mode:
            tensor.op, tensor.inputs = op, inputs
        else:
            tensor.op, tensor.inputs = None, ()
        return tensor

    # What it holds.

    def numpy(self) -> Array:
        """The value as an array of its own: writing into it changes nothing here."""
        return self.realize_cached_data().copy()

    def item(self) -> float:
        """The value of a Tensor with one element. Raises ``TruthError`` for another size."""
        if self.size != 1:
            raise TruthError("item", f"{self.size} elements", "exactly one", "index or reduce it first")
        return float(self.realize_cached_data().item())

    def detach(self) -> Tensor:
        """The same value as a constant: no derivative passes. The array is shared, and not computed now."""
        if self.cached_data is not None:
            return Tensor.make_const(self.cached_data)
        with lazy(), no_grad():
            return conversion.identity(self)

    @property
    def data(self) -> Tensor:
        """The same value, detached. Assigning a Tensor of its shape and dtype replaces a leaf's value."""
        return self.detach()

    @data.setter
    def data(self, value: Operand) -> None:
        if not self.is_leaf():
            raise GradientRequestError(
                "data", f"the result of {self.op!r}", "a leaf", "assign to a Tensor that no op made"
            )
        new = self._operand(value)
        check_alike("data", "value", new, self)
        self._hold(new.numpy(), self.requires_grad)

    def backward(self, out_grad: Operand | None = None) -> None:
        """Leave in ``grad`` of every variable that this value depends on its adjoint, not adding to the old.

        ``out_grad`` is the cotangent ȳ, ones by default. The adjoints extend the graph: ``x.grad.backward()``
        leaves second derivatives in ``x.grad``.

        Raises ``GradientRequestError``, ``ShapeError``, ``DTypeError`` as ``compute_gradient_of_variables``.
        """
        compute_gradient_of_variables(self, None if out_grad is None else self._operand(out_grad))

    # Operators. A number makes an op with one input; an array is a constant.

    def __add__(self, other: Operand) -> Tensor:
        if isinstance(other, Tensor):
            return arithmetic.add(self, other)
        if isinstance(other, _SCALARS):
            return arithmetic.add_scalar(self, float(other))
        return arithmetic.add(self, Tensor.make_const(other))

    def __radd__(self, other: Operand) -> Tensor:
        return self + other

    def __mul__(self, other: Operand) -> Tensor:
        if isinstance(other, Tensor):
            return arithmetic.multiply(self, other)
        if isinstance(other, _SCALARS):
            return arithmetic.mul_scalar(self, float(other))
        return arithmetic.multiply(self, Tensor.make_const(other))

    def __rmul__(self, other: Operand) -> Tensor:
        return self * other

    def __neg__(self) -> Tensor:
        return arithmetic.negate(self)

    def __pos__(self) -> Tensor:
        return self

    def __sub__(self, other: Operand) -> Tensor:
        if isinstance(other, _SCALARS):
            return arithmetic.add_scalar(self, -float(other))
        return self + -self._operand(other)

    def __rsub__(self, other: Operand) -> Tensor:
        return -self + other

    def __truediv__(self, other: Operand) -> Tensor:
        if isinstance(other, _SCALARS):
            return arithmetic.divide_scalar(self, float(other))
        return arithmetic.divide(self, self._operand(other))

    def __rtruediv__(self, other: Operand) -> Tensor:
        return arithmetic.divide(self._operand(other), self)

    def __pow__(self, other: Operand) -> Tensor:
        if isinstance(other, _SCALARS):
            return powers.power_scalar(self, float(other))
        return powers.power(self, self._operand(other))

    def __rpow__(self, other: Operand) -> Tensor:
        return powers.power(self._operand(other), self)

    def __matmul__(self, other: Operand) -> Tensor:
        return product.matmul(self, self._operand(other))

    def __rmatmul__(self, other: Operand) -> Tensor:
        return product.matmul(self._operand(other), self)

    def __abs__(self) -> Tensor:
        return piecewise.absolute(self)

    def _operand(self, other: Operand) -> Tensor:
        """``other`` as a Tensor: a number takes this Tensor's dtype."""
        if isinstance(other, Tensor):
            return other
        if isinstance(other, _SCALARS):
            return Tensor.make_const(np.array(float(other), self.dtype))
        return Tensor.make_const(other)

    # Comparisons give NumPy masks. There is no __eq__: a Tensor equals itself alone, so that it can be a key.

    def __lt__(self, other: Operand) -> BoolArray:
        return np.asarray(np.less(self.realize_cached_data(), self._operand(other).realize_cached_data()))

    def __le__(self, other: Operand) -> BoolArray:
        return np.asarray(
            np.less_equal(self.realize_cached_data(), self._operand(other).realize_cached_data())
        )

    def __gt__(self, other: Operand) -> BoolArray:
        return np.asarray(np.greater(self.realize_cached_data(), self._operand(other).realize_cached_data()))

    def __ge__(self, other: Operand) -> BoolArray:
        return np.asarray(
            np.greater_equal(self.realize_cached_data(), self._operand(other).realize_cached_data())
        )

    def __bool__(self) -> bool:
        if self.size != 1:
            raise TruthError(
                "truth value",
                f"a Tensor of shape {self.shape}",
                "one element",
                "reduce it first, or compare with .numpy()",
            )
        return bool(self.item())

    def __float__(self) -> float:
        return self.item()

    def __len__(self) -> int:
        if not self.shape:
            raise AxisError("len", "a 0-d Tensor", "at least one axis", "use .item() for its number")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[at] for at in range(len(self)))

    def __getitem__(self, key: Key | ArrayKey | tuple[Key | ArrayKey, ...]) -> Tensor:
        return gathering.get_items(self, key)

    # The same ops as methods.

    @property
    def T(self) -> Tensor:  # noqa: N802 - NumPy's name
        """All axes in reverse order."""
        return shape.permute(self, range(self.ndim)[::-1])

    def sum(self, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """The sum over all axes (None), one or several."""
        return broadcasting.summation(self, axes, keepdims)

    def mean(self, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """The mean over all axes (None), one or several; NaN of nothing."""
        total = self.sum(axes, keepdims)
        return total / (self.size / total.size if total.size else 1)

    def max(self, axes: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
        """The maximum over all axes (None), one or several."""
        return reduction.max(self, axes, keepdims)

    def reshape(self, *sizes: int | Sequence[int]) -> Tensor:
        """The entries in another shape: ``x.reshape(2, 3)`` or ``x.reshape((2, -1))``."""
        return shape.reshape(self, sizes[0] if len(sizes) == 1 else sizes)

    def transpose(self, axes: int | Sequence[int] | None = None) -> Tensor:
        """A pair of axes swapped, the last two by default."""
        return shape.transpose(self, axes)

    def broadcast_to(self, sizes: int | Sequence[int]) -> Tensor:
        """Repeated to another shape."""
        return broadcasting.broadcast_to(self, sizes)

    def astype(self, dtype: DTypeName) -> Tensor:
        """In another dtype."""
        return conversion.astype(self, dtype)

    def __repr__(self) -> str:
        facts = [] if self.dtype is FLOAT64 else [f"dtype='{self.dtype}'"]
        if self.op is not None:
            facts.append(f"op={self.op!r}")
        elif not self.requires_grad:
            facts.append("requires_grad=False")
        if self.cached_data is None:
            shown = f"<waits to be computed, shape {self.shape}>"
        else:
            shown = np.array2string(
                self.cached_data, separator=", ", prefix="Tensor(", threshold=200, floatmode="unique"
            )
        return f"Tensor({', '.join([shown, *facts])})"


_SCALARS = (int, float, np.integer, np.floating, np.bool_)
Operand: TypeAlias = "Tensor | Numbers"
