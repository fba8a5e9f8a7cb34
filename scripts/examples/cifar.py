"""CIFAR-10's binary files.

Format: A. Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009, and the page of the data
set. A record is a byte for the label, then 1,024 bytes for each of red, green and blue, row by row. A file
has 10,000 records and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.array import Array, NumberArray
from examples.errors import DataError
from examples.idx import AGAIN, check_labels, scaled

SHAPE = (32, 32, 3)
"""Rows, columns and colours of an image."""
RECORD = 1 + 32 * 32 * 3
RECORDS = 10_000


def parse_cifar10(paths: Sequence[Path]) -> tuple[Array, NumberArray]:
    """Images as float32 (N, 3072), entries 0 to 1, and their labels as uint8 (N,), of all the files.

    The entries of an image are in the order of ``SHAPE``: rows × columns × colours, red first. Raises
    ``DataError`` for a file that is missing, has another length, or has labels above 9.
    """
    records = np.concatenate([_records(path) for path in paths])
    rows, columns, colours = SHAPE
    pixels = records[:, 1:].reshape(-1, colours, rows, columns).transpose(0, 2, 3, 1)
    return scaled(pixels), records[:, 0].copy()


def _records(path: Path) -> NumberArray:
    """The records of a file, (N, 3073)."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        do = "put it there, under this name, from CIFAR-10's binary version"
        raise DataError(str(path), "no such file", "a binary file of CIFAR-10", do) from error
    except OSError as error:
        raise DataError(str(path), str(error), "a binary file of CIFAR-10", "make it readable") from error
    if len(content) != RECORDS * RECORD:
        expected = f"{RECORDS * RECORD}: {RECORDS} records of {RECORD}"
        raise DataError(str(path), f"{len(content)} bytes", expected, AGAIN)
    records = np.frombuffer(content, np.uint8).reshape(RECORDS, RECORD)
    check_labels(path, records[:, 0])
    return records
