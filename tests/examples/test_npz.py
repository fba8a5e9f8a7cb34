"""Arrays in files: bit for bit, whole or not at all, and no pickles."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest

from engine.array import NumberArray
from examples.errors import CheckpointError
from examples.npz import read_npz, write_npz

ARRAYS: dict[str, NumberArray] = {
    "settings.sizes": np.array([64, 10], np.int64),
    "epoch": np.array(3, np.int64),
    "data": np.frombuffer(b"digits", np.uint8),
    "W1": np.array([[0.1, -0.0, 5e-324], [1e308, np.nextafter(1, 2), -3.0]]),
    "b1": np.array([0.1, 0.2, 0.3], np.float32),
    "none": np.zeros((0, 4)),
    "by columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "run.npz"
    write_npz(path, ARRAYS)
    return path


def npy(array: NumberArray | np.ndarray[tuple[int, ...], np.dtype[np.complex128 | np.str_]]) -> bytes:
    """The file of one array."""
    file = BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_arrays_come_back_bit_for_bit_in_their_layout(path: Path) -> None:
    found = read_npz(path)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype is array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()
        assert found[name].strides == array.strides
        assert found[name].flags.writeable


def test_numpy_reads_the_file_without_pickles(path: Path) -> None:
    with np.load(path, allow_pickle=False) as found:
        assert sorted(found.files) == sorted(ARRAYS)
        assert found["W1"].tobytes() == ARRAYS["W1"].tobytes()


@pytest.mark.parametrize("stop", [OSError("no space left"), KeyboardInterrupt()], ids=["full disk", "Ctrl-C"])
def test_a_failure_on_the_way_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    before = path.read_bytes()

    def half(file: BinaryIO, **_: object) -> None:
        file.write(before[: len(before) // 2])
        raise stop

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(type(stop)):
        write_npz(path, {"W1": np.zeros(3)})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_cut_anywhere_is_refused(path: Path) -> None:
    content = path.read_bytes()
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(
            CheckpointError, match=r"run\.npz: got .+; expected a whole \.npz file of numbers; na"
        ):
            read_npz(path)


def test_a_byte_that_is_altered_is_seen_or_changes_nothing(path: Path) -> None:
    content = path.read_bytes()
    seen = 0
    for place in range(0, len(content), 13):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x15]) + content[place + 1 :])
        try:
            found = read_npz(path)
        except CheckpointError:
            seen += 1
            continue
        same = [name for name in ARRAYS if name in found and found[name].tobytes() == ARRAYS[name].tobytes()]
        assert len(same) >= len(ARRAYS) - 1, "but for one array's name, all is as before"
        assert len(found) == len(ARRAYS)
    assert seen > 50


class Harm:
    """What makes a folder where it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, ("harm",)


def member(path: Path, content: bytes, compression: int = ZIP_STORED) -> Path:
    """A file with one member, W1."""
    with ZipFile(path, "w", compression) as archive:
        archive.writestr("W1.npy", content)
    return path


def test_a_pickle_is_refused_and_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "run.npz"
    objects = BytesIO()
    np.save(objects, np.array([Harm()], object), allow_pickle=True)
    for content in (objects.getvalue(), pickle.dumps(Harm())):
        with pytest.raises(CheckpointError, match=r"expected a whole \.npz file of numbers"):
            read_npz(member(path, content))
    path.write_bytes(pickle.dumps(Harm()))
    with pytest.raises(CheckpointError, match="got File is not a zip file"):
        read_npz(path)
    assert list(tmp_path.iterdir()) == [path]
    with ZipFile(member(path, objects.getvalue())) as archive, archive.open("W1.npy") as file:
        np.load(BytesIO(file.read()), allow_pickle=True)
    assert (tmp_path / "harm").exists(), "the pickle was a harmful one"


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "EOF"),
        (npy(np.zeros(3, np.complex128)), "W1.npy has entries of dtype complex128"),
        (npy(np.array("digits")), "W1.npy has entries of dtype <U6"),
        (npy(np.zeros(3))[:-1], "W1.npy has 23 bytes for the shape (3,) of float64"),
        (npy(np.zeros(3)) + b"\0", "W1.npy has 25 bytes for the shape (3,) of float64"),
        (npy(np.zeros(3)).replace(b"(3,)", b"9**9"), "malformed"),
        (
            npy(np.zeros(3)).replace(b"(3,), }" + b" " * 14, b"(" + b"9" * 15 + b",), }"),
            "24 bytes for the shape",
        ),
        (npy(np.zeros(3)).replace(b"\x01\x00", b"\x03\x00", 1), "W1.npy has version (3, 0) of its format"),
    ],
    ids=["empty", "complex", "text", "truncated", "too long", "no shape", "huge", "version"],
)
def test_a_member_that_is_no_array_of_numbers_is_refused(tmp_path: Path, content: bytes, got: str) -> None:
    with pytest.raises(CheckpointError) as raised:
        read_npz(member(tmp_path / "run.npz", content))
    assert got in raised.value.got


def test_compressed_members_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"got W1\.npy is compressed;"):
        read_npz(member(tmp_path / "run.npz", npy(np.zeros(1000)), ZIP_DEFLATED))


def test_two_members_of_one_name_are_refused(path: Path) -> None:
    with ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("W1.npy", npy(np.zeros(3)))
    with pytest.raises(CheckpointError, match="got two arrays of one name"):
        read_npz(path)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match=r"none\.npz: got no such file; expected a checkpoint; name one"
    ):
        read_npz(tmp_path / "none.npz")
    with pytest.raises(CheckpointError, match=r"expected a whole \.npz file of numbers"):
        read_npz(tmp_path)
