"""The two dtypes, and what becomes of them when they meet.

=========  =========  =========
promote    float32    float64
=========  =========  =========
float32    float32    float64
float64    float64    float64
=========  =========  =========

A Python scalar is weak: it takes the dtype of the Tensor beside it. Integer and boolean data become
float64, and only as constants (a derivative with respect to an integer is refused). An adjoint has the
dtype of the input that it belongs to. Every other dtype is refused.
"""

from typing import TypeAlias

import numpy as np

from engine.errors import DTypeError

DType: TypeAlias = np.dtype[np.float32 | np.float64]
DTypeName: TypeAlias = DType | type[np.float32] | type[np.float64] | type[float] | str

FLOAT32: DType = np.dtype(np.float32)
FLOAT64: DType = np.dtype(np.float64)

PROMOTION: dict[tuple[DType, DType], DType] = {
    (FLOAT32, FLOAT32): FLOAT32,
    (FLOAT32, FLOAT64): FLOAT64,
    (FLOAT64, FLOAT32): FLOAT64,
    (FLOAT64, FLOAT64): FLOAT64,
}


def promote(*dtypes: DType) -> DType:
    """The dtype of a result of inputs with these dtypes, by the table above."""
    result = dtypes[0]
    for dtype in dtypes[1:]:
        result = PROMOTION[result, dtype]
    return result


def dtype_of(name: DTypeName) -> DType:
    """The dtype that ``name`` names: ``"float32"``, ``np.float64``, a dtype.

    Raises ``DTypeError`` for any other.
    """
    try:
        named = np.dtype(name)
    except TypeError:
        named = None
    for dtype in (FLOAT32, FLOAT64):
        if named is not None and named == dtype:
            return dtype
    raise DTypeError("dtype", repr(name), "float32 or float64", "choose one of the two")
