"""Arrays in a ``.npz`` file: no pickles are written, and nothing that is read is ever executed.

Format: NumPy's manual, *numpy.lib.format*: a zip archive, uncompressed, of a file NAME.npy for each array.
"""

from __future__ import annotations

import struct
import tokenize
from collections.abc import Mapping
from io import BytesIO
from math import prod
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import numpy as np
from numpy.lib import format as npy

from engine.array import NumberArray
from examples.errors import CheckpointError
from examples.files import written

DTYPES = tuple(np.dtype(scalar) for scalar in (np.uint8, np.int64, np.float32, np.float64))
SUFFIX = ".npy"
MALFORMED = (
    OSError, BadZipFile, ValueError, EOFError, RuntimeError, OverflowError, MemoryError, SyntaxError,
    struct.error, tokenize.TokenError,
)  # fmt: skip
"""What ``zipfile`` and NumPy raise on bytes that are no such file; NotImplementedError is a RuntimeError."""
DO = "name another file, or remove this one to start anew"


def write_npz(path: Path, arrays: Mapping[str, NumberArray]) -> None:
    """Write the whole file or, where anything is raised, leave what was there."""
    with written(path) as part, part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_npz(path: Path) -> dict[str, NumberArray]:
    """The arrays by name, each with the layout that it was written with.

    Raises ``CheckpointError`` for what is missing, truncated or altered, and for arrays of other dtypes than
    uint8, int64, float32 and float64: the objects of a pickle too.
    """
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
            arrays = {each.filename.removesuffix(SUFFIX): _array(archive, each.filename) for each in members}
    except FileNotFoundError as error:
        raise CheckpointError(str(path), "no such file", "a checkpoint", "name one that is there") from error
    except MALFORMED as error:
        raise CheckpointError(
            str(path), str(error) or type(error).__name__, "a whole .npz file of numbers", DO
        ) from error
    if len(arrays) != len(members):
        raise CheckpointError(str(path), "two arrays of one name", "a whole .npz file of numbers", DO)
    return arrays


def _array(archive: ZipFile, name: str) -> NumberArray:
    """The array of a member, all of whose bytes have passed the archive's check sum."""
    if archive.getinfo(name).compress_type != ZIP_STORED:
        raise ValueError(f"{name} is compressed")
    content = archive.read(name)
    file = BytesIO(content)
    version = npy.read_magic(file)
    if version != (1, 0):
        raise ValueError(f"{name} has version {version} of its format")
    shape, by_columns, dtype = npy.read_array_header_1_0(file)
    if dtype not in DTYPES:
        raise ValueError(f"{name} has entries of dtype {dtype}")
    start = file.tell()
    if len(content) - start != prod(shape) * dtype.itemsize:
        raise ValueError(f"{name} has {len(content) - start} bytes for the shape {shape} of {dtype}")
    array: NumberArray = np.frombuffer(content, dtype, offset=start)
    return array.reshape(shape, order="F" if by_columns else "C").copy(order="K")
