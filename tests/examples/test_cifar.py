"""CIFAR-10's binary files: the order of an image's entries, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from examples import cifar
from examples.cifar import SHAPE, parse_cifar10
from examples.errors import DataError


@pytest.fixture(autouse=True)
def _two_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of two records do for tests."""
    monkeypatch.setattr(cifar, "RECORDS", 2)


def record(label: int, red: int, green: int, blue: int) -> bytes:
    """An image of one colour, but for its second pixel, which is black."""
    planes = (bytes([colour, 0]) + bytes([colour]) * 1022 for colour in (red, green, blue))
    return bytes([label]) + b"".join(planes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "data_batch_1.bin"
    path.write_bytes(record(3, 255, 0, 51) + record(9, 0, 102, 0))
    return path


def test_a_pixel_has_its_colours_side_by_side(path: Path) -> None:
    images, labels = parse_cifar10([path])
    assert images.shape == (2, 3072)
    assert images.dtype == np.float32
    assert labels.dtype == np.uint8
    assert labels.tolist() == [3, 9]
    image = images[0].reshape(SHAPE)
    assert image[0, 0].tolist() == [1.0, 0.0, np.float32(51) / np.float32(255)]
    assert image[0, 1].tolist() == [0.0, 0.0, 0.0]
    assert image[1, 0].tolist() == image[31, 31].tolist() == image[0, 0].tolist()
    assert images[1].reshape(SHAPE)[0, 0].tolist() == [0.0, np.float32(102) / np.float32(255), 0.0]


def test_files_are_joined_in_their_order(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "data_batch_2.bin"
    other.write_bytes(record(1, 0, 0, 255) + record(2, 0, 0, 0))
    images, labels = parse_cifar10([other, path])
    assert labels.tolist() == [1, 2, 3, 9]
    assert images[:, 2].tolist() == [1.0, 0.0, np.float32(51) / np.float32(255), 0.0]


@pytest.mark.parametrize("change", [-3073, -1, 1], ids=["a record less", "a byte less", "a byte more"])
def test_another_length_is_refused(path: Path, change: int) -> None:
    content = path.read_bytes()
    path.write_bytes((content + b"\0")[: len(content) + change])
    with pytest.raises(
        DataError, match=rf"_1\.bin: got {6146 + change} bytes; expected 6146: 2 records of 3073"
    ):
        parse_cifar10([path])


def test_labels_above_nine_are_refused(path: Path) -> None:
    path.write_bytes(record(10, 0, 0, 0) + record(0, 0, 0, 0))
    with pytest.raises(DataError, match=r"_1\.bin: got the label 10; expected labels from 0 to 9; take"):
        parse_cifar10([path])


def test_a_missing_file_is_named(path: Path, tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"_2\.bin: got no such file; expected a binary file of CIFAR-10; put"
    ):
        parse_cifar10([path, tmp_path / "data_batch_2.bin"])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a binary file of CIFAR-10; make it readable"):
        parse_cifar10([tmp_path])
