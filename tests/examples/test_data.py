"""The data sets: what each is made of, and that nothing but its files is needed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.array import Array
from examples import cifar
from examples.data import cifar10, digits, fashion_mnist, mnist
from examples.errors import DataError
from examples.libraries import load_digits
from examples.state import Dataset, Split
from tests.examples.test_cifar import record
from tests.examples.test_idx import IMAGES, LABELS, idx_bytes, write


def rows(split: Split) -> list[list[float]]:
    """Each image and its label."""
    return [
        [*map(float, image), float(label)] for image, label in zip(split.images, split.labels, strict=True)
    ]


def test_the_digits_are_split_and_none_is_lost() -> None:
    data, again, found = digits(), digits(), load_digits()
    assert (data.name, data.shape, data.classes) == ("digits", (8, 8), tuple("0123456789"))
    assert (len(data.train.images), len(data.test.images)) == (1437, 360)
    assert data.train.images.dtype == np.float64
    assert data.train.labels.dtype == np.uint8
    pixels: Array = found.images
    assert sorted(rows(data.train) + rows(data.test)) == sorted(
        rows(Split(pixels.reshape(1797, 64) / 16, found.target))
    )
    assert rows(data.train) == rows(again.train)
    assert rows(data.test) == rows(again.test)


def test_the_split_of_the_digits_is_the_one_that_it_says() -> None:
    order = np.random.default_rng(0).permutation(1797)
    data, target = digits(), load_digits().target
    assert data.train.labels.tolist() == target[order[:1437]].tolist()
    assert data.test.labels.tolist() == target[order[1437:]].tolist()
    assert np.bincount(data.test.labels).tolist() == [39, 37, 47, 28, 42, 32, 37, 27, 30, 41]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three images to train by, and two of them to test by."""
    write(tmp_path / "train-images-idx3-ubyte.gz", idx_bytes(IMAGES))
    write(tmp_path / "train-labels-idx1-ubyte.gz", idx_bytes(LABELS))
    write(tmp_path / "t10k-images-idx3-ubyte.gz", idx_bytes(IMAGES[:2]))
    write(tmp_path / "t10k-labels-idx1-ubyte.gz", idx_bytes(LABELS[:2]))
    return tmp_path


def test_mnist_is_four_files(folder: Path) -> None:
    data = mnist(folder)
    assert (data.name, data.shape, data.classes) == ("mnist", (28, 28), tuple("0123456789"))
    pixels = IMAGES.reshape(3, 784).astype(np.float32) / np.float32(255)
    assert data.train.images.tolist() == pixels.tolist()
    assert data.train.labels.tolist() == LABELS.tolist()
    assert data.test.images.tolist() == pixels[:2].tolist()
    assert data.test.labels.tolist() == LABELS[:2].tolist()


def test_fashion_mnist_has_the_same_files_and_its_own_names(folder: Path) -> None:
    data = fashion_mnist(folder)
    assert data.name == "fashion-mnist"
    assert [data.classes[label] for label in data.train.labels] == ["coat", "T-shirt", "ankle boot"]


@pytest.mark.parametrize("load", [mnist, fashion_mnist])
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
def test_a_missing_file_is_named(folder: Path, load: Callable[[Path], Dataset], name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(DataError, match=f"{name}: got no such file"):
        load(folder)


def test_labels_of_the_other_part_are_refused(folder: Path) -> None:
    shutil.copy(folder / "train-labels-idx1-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz")
    with pytest.raises(DataError, match=r"t10k-labels.*: got 3 labels for the 2 images of .*t10k-images"):
        mnist(folder)


def test_cifar10_is_five_files_and_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "RECORDS", 1)
    for number in range(1, 6):
        (tmp_path / f"data_batch_{number}.bin").write_bytes(record(number, number, 0, 0))
    with pytest.raises(DataError, match=r"test_batch\.bin: got no such file"):
        cifar10(tmp_path)
    (tmp_path / "test_batch.bin").write_bytes(record(9, 255, 255, 255))
    data = cifar10(tmp_path)
    assert (data.name, data.shape) == ("cifar10", (32, 32, 3))
    assert [data.classes[label] for label in data.train.labels] == [
        "automobile", "bird", "cat", "deer", "dog",
    ]  # fmt: skip
    assert data.train.images[:, 0].tolist() == [np.float32(n) / np.float32(255) for n in range(1, 6)]
    assert [data.classes[label] for label in data.test.labels] == ["truck"]
    assert data.test.images.shape == (1, 3072)
