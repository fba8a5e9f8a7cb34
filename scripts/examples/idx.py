"""IDX files, as MNIST and Fashion-MNIST are published.

Format: Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*, 1998. A magic
number of four bytes (0, 0, the type of an entry, the number of axes), the length of each axis as a big-endian
integer of four bytes, then the entries in row-major order; the whole is gzipped.
"""

from __future__ import annotations

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np

from engine.array import Array, NumberArray
from engine.dtype import FLOAT32
from examples.errors import DataError

BYTES = 8
"""The type of entries from 0 to 255."""
AXES = {1: "labels (N,)", 3: "images (N, rows, columns)"}
SIDE = 28
CLASSES = 10
AGAIN = "take the file again from where it was published"


def parse_mnist(images: Path, labels: Path) -> tuple[Array, NumberArray]:
    """Images as float32 (N, 784), entries 0 to 1, and their labels as uint8 (N,), of two gzipped IDX files.

    Raises ``DataError`` for a file that is missing, corrupt or truncated, images that are not 28×28, labels
    above 9, and where there are not as many of the ones as of the others.
    """
    pixels = _read(images, axes=3)
    if pixels.shape[1:] != (SIDE, SIDE):
        raise DataError(str(images), f"images of shape {pixels.shape[1:]}", f"{(SIDE, SIDE)}", AGAIN)
    numbers = _read(labels, axes=1)
    if len(numbers) != len(pixels):
        got = f"{len(numbers)} labels for the {len(pixels)} images of {images}"
        raise DataError(str(labels), got, "a label for each image", "name two files that belong together")
    check_labels(labels, numbers)
    return scaled(pixels), numbers


def read_idx(path: Path) -> NumberArray:
    """The labels (N,) or images (N, rows, columns) of a gzipped IDX file, as uint8, N > 0.

    Raises ``DataError`` for a file that is missing, corrupt, truncated, too long or of another format.
    """
    content = _unzipped(path)
    if len(content) < 4 or content[:3] != bytes((0, 0, BYTES)) or content[3] not in AXES:
        wanted = " or ".join(_magic(axes) for axes in AXES)
        raise DataError(str(path), f"the magic number {content[:4].hex()}", wanted, AGAIN)
    start = 4 + 4 * content[3]
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4))
    if len(content) != start + prod(shape):
        raise DataError(
            str(path), f"{len(content)} bytes", f"{start + prod(shape)} for the shape {shape}", AGAIN
        )
    if prod(shape) == 0:
        raise DataError(str(path), f"the shape {shape}", "at least one entry", AGAIN)
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def check_labels(path: Path, labels: NumberArray) -> None:
    """Raises ``DataError`` unless every label is one of ten classes."""
    highest = int(labels.max())
    if highest >= CLASSES:
        raise DataError(str(path), f"the label {highest}", f"labels from 0 to {CLASSES - 1}", AGAIN)


def scaled(pixels: NumberArray) -> Array:
    """A row for each image, as float32: 0 to 255 become 0 to 1."""
    rows = pixels.reshape(len(pixels), -1).astype(FLOAT32)
    rows /= FLOAT32.type(255)
    return rows


def _read(path: Path, axes: int) -> NumberArray:
    """The array of the file, which is to have as many axes as that."""
    array = read_idx(path)
    if array.ndim != axes:
        raise DataError(str(path), AXES[array.ndim], AXES[axes], "name the files in their order")
    return array


def _unzipped(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read()
    except FileNotFoundError as error:
        do = "put it there, under this name, as it was published"
        raise DataError(str(path), "no such file", "a gzipped IDX file", do) from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(str(path), str(error), "a whole gzipped IDX file", AGAIN) from error


def _magic(axes: int) -> str:
    return f"{bytes((0, 0, BYTES, axes)).hex()} for {AXES[axes]}"
