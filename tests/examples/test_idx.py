"""IDX files: what is read, and what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from engine.array import NumberArray
from examples import idx
from examples.errors import DataError
from examples.idx import parse_mnist, read_idx

BUNDLED = Path(idx.__file__).parent / "mnist"


def idx_bytes(array: NumberArray) -> bytes:
    """The IDX file of an array of uint8, before gzip."""
    lengths = b"".join(length.to_bytes(4, "big") for length in array.shape)
    return bytes((0, 0, 8, array.ndim)) + lengths + array.tobytes()


def write(path: Path, content: bytes) -> Path:
    """The gzipped file."""
    path.write_bytes(gzip.compress(content))
    return path


IMAGES: NumberArray = np.arange(3 * 28 * 28).reshape(3, 28, 28).astype(np.uint8)
LABELS: NumberArray = np.array([4, 0, 9], np.uint8)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path / "images.gz", idx_bytes(IMAGES)), write(tmp_path / "labels.gz", idx_bytes(LABELS))


def test_the_bundled_images_are_the_ten_thousand() -> None:
    images, labels = parse_mnist(BUNDLED / "t10k-images-idx3-ubyte.gz", BUNDLED / "t10k-labels-idx1-ubyte.gz")
    assert images.shape == (10_000, 784)
    assert images.dtype == np.float32
    assert (images.min(), images.max()) == (0.0, 1.0)
    assert labels.dtype == np.uint8
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(labels).tolist() == counts


def test_pixels_are_divided_by_255_and_stay_in_order(files: tuple[Path, Path]) -> None:
    images, labels = parse_mnist(*files)
    assert images.tolist() == (IMAGES.reshape(3, 784).astype(np.float32) / np.float32(255)).tolist()
    assert labels.tolist() == [4, 0, 9]
    assert read_idx(files[0]).tolist() == IMAGES.tolist()


@pytest.mark.parametrize(
    ("content", "got", "expected"),
    [
        (b"", "the magic number ;", "00000801 for labels (N,) or 00000803 for images (N, rows, columns)"),
        (b"\0\0\x08", "the magic number 000008;", "00000801"),
        (b"\0\0\x0d\x01\0\0\0\x01" + bytes(4), "the magic number 00000d01;", "00000801"),
        (b"\0\0\x08\x02" + bytes(8), "the magic number 00000802;", "00000801"),
        (b"\0\0\x08\x01\0\0", "6 bytes;", "8 for the shape (0,)"),
        (b"\0\0\x08\x01" + bytes(4), "the shape (0,);", "at least one entry"),
        (idx_bytes(LABELS)[:-1], "10 bytes;", "11 for the shape (3,)"),
        (idx_bytes(LABELS) + b"\0", "12 bytes;", "11 for the shape (3,)"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "16 bytes;", "for the shape (4294967295, 4294967295, 4294967295)"),
    ],
    ids=["empty", "short", "floats", "two axes", "cut header", "none", "truncated", "too long", "huge"],
)
def test_a_file_of_another_format_is_refused(tmp_path: Path, content: bytes, got: str, expected: str) -> None:
    path = write(tmp_path / "labels.gz", content)
    with pytest.raises(DataError) as raised:
        read_idx(path)
    assert str(raised.value).startswith(f"{path}: got {got} expected ")
    assert expected in raised.value.expected


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labels\.gz: got no such file; expected a gzipped IDX file; put it"):
        read_idx(tmp_path / "labels.gz")


@pytest.mark.parametrize("place", [0, 12, -6], ids=["no gzip", "compressed data", "check sum"])
def test_a_corrupt_file_is_refused(files: tuple[Path, Path], place: int) -> None:
    content = bytearray(files[0].read_bytes())
    content[place] ^= 0xFF
    files[0].write_bytes(content)
    with pytest.raises(DataError, match=r"images\.gz: got .*; expected a whole gzipped IDX file; take"):
        parse_mnist(*files)


def test_half_a_gzip_file_is_refused(files: tuple[Path, Path]) -> None:
    content = files[0].read_bytes()
    files[0].write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"images\.gz: got Compressed file ended before"):
        parse_mnist(*files)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a whole gzipped IDX file"):
        read_idx(tmp_path)


def test_images_where_labels_should_be_are_refused(files: tuple[Path, Path]) -> None:
    images, labels = files
    with pytest.raises(DataError, match=r"labels\.gz: got labels \(N,\); expected images"):
        parse_mnist(labels, images)
    with pytest.raises(DataError, match=r"images\.gz: got images \(N, rows, columns\); expected labels"):
        parse_mnist(images, images)


def test_labels_above_nine_are_refused(files: tuple[Path, Path]) -> None:
    write(files[1], idx_bytes(np.array([4, 10, 9], np.uint8)))
    with pytest.raises(DataError, match=r"labels\.gz: got the label 10; expected labels from 0 to 9"):
        parse_mnist(*files)


def test_other_counts_are_refused(files: tuple[Path, Path]) -> None:
    write(files[1], idx_bytes(LABELS[:2]))
    with pytest.raises(
        DataError, match=r"labels\.gz: got 2 labels for the 3 images of .*images\.gz; expected a"
    ):
        parse_mnist(*files)


def test_images_of_another_size_are_refused(files: tuple[Path, Path]) -> None:
    write(files[0], idx_bytes(IMAGES.reshape(3, 14, 56)))
    with pytest.raises(DataError, match=r"images\.gz: got images of shape \(14, 56\); expected \(28, 28\)"):
        parse_mnist(*files)
