"""The data sets, each from where it lies: in a library's package or in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.array import Array, NumberArray, computed
from examples.cifar import SHAPE, parse_cifar10
from examples.idx import SIDE, parse_mnist
from examples.libraries import load_digits
from examples.state import Dataset, Split

TRAINED_BY = 1437
"""Of the 1,797 digits: four fifths, as ⌊0.8 · 1797⌋."""
NUMERALS = tuple("0123456789")
CLOTHES = (
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
THINGS = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip


def digits() -> Dataset:
    """scikit-learn's 1,797 real digits, float64: 1,437 to train by, 360 to test by, always the same.

    The split is the first and the last of ``default_rng(0).permutation(1797)``. Raises ``LibraryMissing``.
    """
    found = load_digits()
    images: Array = computed(found.images.reshape(len(found.images), -1) / 16)
    order = np.random.default_rng(0).permutation(len(images))
    first, last = order[:TRAINED_BY], order[TRAINED_BY:]
    labels: NumberArray = np.asarray(found.target).astype(np.uint8)
    train, test = (Split(computed(images[part]), labels[part]) for part in (first, last))
    return Dataset("digits", train, test, found.images.shape[1:], NUMERALS)


def mnist(folder: Path) -> Dataset:
    """MNIST's four gzipped IDX files. Raises ``DataError`` as ``parse_mnist`` does."""
    return _of_idx("mnist", folder, NUMERALS)


def fashion_mnist(folder: Path) -> Dataset:
    """Fashion-MNIST's four gzipped IDX files, named as MNIST's. Raises ``DataError`` as ``parse_mnist`` does.

    H. Xiao, K. Rasul and R. Vollgraf, *Fashion-MNIST*, 2017.
    """
    return _of_idx("fashion-mnist", folder, CLOTHES)


def cifar10(folder: Path) -> Dataset:
    """CIFAR-10's six files, binary version. Raises ``DataError`` as ``parse_cifar10`` does."""
    train = parse_cifar10([folder / f"data_batch_{number}.bin" for number in range(1, 6)])
    test = parse_cifar10([folder / "test_batch.bin"])
    return Dataset("cifar10", Split(*train), Split(*test), SHAPE, THINGS)


def _of_idx(name: str, folder: Path, classes: tuple[str, ...]) -> Dataset:
    train, test = (
        Split(*parse_mnist(folder / f"{part}-images-idx3-ubyte.gz", folder / f"{part}-labels-idx1-ubyte.gz"))
        for part in ("train", "t10k")
    )
    return Dataset(name, train, test, (SIDE, SIDE), classes)
