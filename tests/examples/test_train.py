"""The training command: what it reaches, tells and writes; going on where it stopped; what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from examples import cifar, libraries, train
from examples.checkpoint import load
from examples.solver import DIGITS, one_epoch
from examples.state import Dataset, Settings, State
from examples.train import MISUSED, STOPPED, TRAINED, main
from tests.examples.test_checkpoint import bits
from tests.examples.test_cifar import record
from tests.examples.test_curves import PNG
from tests.examples.test_idx import IMAGES, LABELS, idx_bytes, write

SMALL = ["digits", "--hidden", "16", "--checkpoint", "run.npz"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")


def files(folder: Path) -> list[str]:
    """The names of all files in the folder and below."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line by which the command refuses."""
    assert main(arguments) == MISUSED
    caught = capsys.readouterr()
    assert caught.err.startswith("train: ")
    assert caught.err.count("\n") == 1
    assert "Traceback" not in caught.out + caught.err
    return caught.err


def test_digits_reach_97_per_cent(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([]) == TRAINED
    caught = capsys.readouterr()
    rows = dict(re.findall(r"│ ([a-z ]+?) +│ (.+?) +│", caught.out))
    assert rows["data"] == "digits: 1437 images to train by, 360 to test by"
    assert rows["net"] == "-".join(map(str, DIGITS.sizes))
    assert rows["epochs"] == "20"
    assert float(rows["test accuracy"].removesuffix(" %")) >= 97
    assert float(rows["train accuracy"].removesuffix(" %")) >= 97
    assert rows["files"] == "pictures/digits-curves.png"
    assert caught.out.count("mean loss") == 20
    assert caught.err == ""
    assert files(tmp_path) == ["pictures/digits-curves.png", "pictures/digits-weights.png"]
    assert all((tmp_path / name).read_bytes().startswith(PNG) for name in files(tmp_path))


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longer than a small net's training."""

    def none(folder: Path, data: Dataset, state: State) -> list[Path]:
        return []

    monkeypatch.setattr(train, "pictures", none)


@pytest.mark.usefixtures("without_pictures")
def test_it_goes_on_from_a_checkpoint_bit_for_bit(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([*SMALL, "--epochs", "1"]) == TRAINED
    assert "resumed" not in capsys.readouterr().out
    assert load(Path("run.npz")).state.epoch == 1
    assert main([*SMALL, "--epochs", "2"]) == TRAINED
    told = capsys.readouterr().out
    assert "run.npz: resumed after epoch 1, 1 to go" in told
    assert re.findall(r"epoch (\d): mean loss", told) == ["2"]
    assert main([*SMALL[:-1], "straight.npz", "--epochs", "2"]) == TRAINED
    assert bits(load(Path("run.npz")).state) == bits(load(Path("straight.npz")).state)
    assert files(tmp_path) == ["run.npz", "straight.npz"]


@pytest.mark.usefixtures("without_pictures")
def test_where_nothing_is_left_to_train_nothing_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--epochs", "2"]) == TRAINED
    before = Path("run.npz").read_bytes()
    capsys.readouterr()
    assert main([*SMALL, "--epochs", "1"]) == TRAINED
    told = capsys.readouterr().out
    assert "run.npz: resumed after epoch 2, 0 to go" in told
    assert "mean loss" not in told
    assert re.search(r"│ epochs +│ 2 +│", told)
    assert Path("run.npz").read_bytes() == before


@pytest.mark.usefixtures("without_pictures")
def test_what_is_told_is_the_states_and_the_clocks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([100.0, 103.5])
    monkeypatch.setattr("examples.train.time.perf_counter", lambda: next(times))
    assert main([*SMALL, "--epochs", "2"]) == TRAINED
    told, state = capsys.readouterr().out, load(Path("run.npz")).state
    batches = len(state.losses) // 2
    shares = list(zip(state.train_accuracies, state.test_accuracies, strict=True))
    for epoch, (by, on) in enumerate(shares, 1):
        loss = sum(state.losses[batches * (epoch - 1) : batches * epoch]) / batches
        accuracies = f"train accuracy {100 * by:.2f} %, test accuracy {100 * on:.2f} %"
        assert f"epoch {epoch}: mean loss {loss:.4f}, {accuracies}\n" in told
    rows = dict(re.findall(r"│ ([a-z ]+?) +│ (.+?) +│", told))
    assert rows["seconds"] == "3.5"
    assert (rows["train accuracy"], rows["test accuracy"]) == tuple(f"{100 * x:.2f} %" for x in shares[-1])


@pytest.mark.usefixtures("without_pictures")
def test_the_command_line_changes_the_settings() -> None:
    words = "--hidden 5 4 --batch 300 --learning-rate 0.2 --decay 0.5 --reg 0.25 --seed 7 --epochs 1"
    assert main(["digits", "--checkpoint", "run.npz", *words.split()]) == TRAINED
    found = load(Path("run.npz"))
    assert found.settings == Settings((64, 5, 4, 10), 300, 0.2, 0.5, 0.25, 7)
    assert found.state.learning_rate == 0.1
    assert found.data == "digits"


@pytest.mark.usefixtures("without_pictures")
def test_control_c_leaves_the_last_whole_epoch(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped(settings: Settings, data: Dataset, state: State, on_batch: Callable[[float], None]) -> State:
        """In the third batch of the second epoch."""
        left = iter([None, None])

        def on_each(loss: float) -> None:
            on_batch(loss)
            if state.epoch == 1 and next(left, "none") == "none":
                raise KeyboardInterrupt

        return one_epoch(settings, data, state, on_each)

    with monkeypatch.context() as patch:
        patch.setattr(train, "one_epoch", stopped)
        assert main([*SMALL, "--epochs", "2"]) == STOPPED
    assert capsys.readouterr().err == "train: stopped; run.npz has the last whole epoch\n"
    assert files(tmp_path) == ["run.npz"], "no half of a file"
    assert load(Path("run.npz")).state.epoch == 1
    assert main([*SMALL, "--epochs", "2"]) == TRAINED
    assert main([*SMALL[:-1], "straight.npz", "--epochs", "2"]) == TRAINED
    assert bits(load(Path("run.npz")).state) == bits(load(Path("straight.npz")).state)


def test_control_c_without_a_checkpoint_leaves_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped() -> Dataset:
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "digits", stopped)
    for more in ([], ["--checkpoint", "run.npz"]):
        assert main(more) == STOPPED
        assert capsys.readouterr().err == "train: stopped\n"
    assert files(tmp_path) == []


@pytest.mark.usefixtures("without_pictures")
def test_a_checkpoint_of_another_run_is_refused_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--epochs", "1"]) == TRAINED
    before = Path("run.npz").read_bytes()
    capsys.readouterr()
    assert "run.npz: got sizes = (64, 16, 10); expected (64, 5, 10); name another file" in refused(
        ["--hidden", "5", "--checkpoint", "run.npz"], capsys
    )
    assert "got seed = 0; expected 1;" in refused([*SMALL, "--seed", "1"], capsys)
    assert Path("run.npz").read_bytes() == before


def test_a_broken_checkpoint_is_refused_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    Path("run.npz").write_bytes(b"no checkpoint")
    assert "run.npz: got File is not a zip file; expected a whole .npz file" in refused(SMALL, capsys)
    assert Path("run.npz").read_bytes() == b"no checkpoint"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--learning-rate nan", "Settings, learning_rate: got nan; expected a finite number > 0"),
        ("--batch 0", "Settings, batch: got 0; expected a number > 0"),
        ("--hidden 0", "Settings, sizes: got (64, 0, 10); expected two or more numbers > 0"),
        ("--seed 9223372036854775808", "expected integers of 64 bits; take a smaller seed"),
        ("--learning-rate 1e300 --epochs 2", "take a smaller learning rate"),
    ],
)
def test_settings_that_train_nothing_are_refused(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in refused([*SMALL, *words.split()], capsys)


def test_what_diverges_leaves_the_last_finite_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    refused([*SMALL, "--learning-rate", "1e300", "--epochs", "2"], capsys)
    assert load(Path("run.npz")).state.epoch == 0


def test_a_full_disk_is_told_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(file: BinaryIO, **_: object) -> None:
        file.write(b"half")
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert "a file: got No space left on device; expected a place to write to" in refused(SMALL, capsys)
    assert files(tmp_path) == []


@pytest.mark.usefixtures("without_pictures")
def test_brackets_in_a_name_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    for epochs in ("1", "2"):
        assert main([*SMALL[:-1], "run[red].npz", "--epochs", epochs]) == TRAINED
    told = capsys.readouterr().out
    assert "run[red].npz: resumed after epoch 1" in told
    assert re.search(r"│ files +│ run\[red\]\.npz +│", told)


@pytest.mark.parametrize("option", ["--pictures", "--checkpoint"])
def test_a_place_that_cannot_be_written_is_refused_before_training(
    option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("file").write_text("mine", encoding="utf-8")
    monkeypatch.delattr(train, "one_epoch")
    assert "; expected a place to write to; name another" in refused(["digits", option, "file/below"], capsys)
    assert Path("file").read_text(encoding="utf-8") == "mine"


def test_a_library_that_is_missing_is_named_before_training(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(libraries, "import_module", missing)
    assert "expected an installed matplotlib; pip install" in refused([], capsys)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("mnist", "mnist: it needs --folder"),
        ("digits --folder here", "digits: without --folder"),
        ("letters", "invalid choice: 'letters'"),
        ("--epochs 0", "--epochs 0: at least 1"),
    ],
)
def test_wrong_usage_is_told(words: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(words.split())
    assert exit_.value.code == MISUSED
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_folders_are_trained_on(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for part in ("train", "t10k"):
        write(tmp_path / f"{part}-images-idx3-ubyte.gz", idx_bytes(IMAGES))
    write(tmp_path / "train-labels-idx1-ubyte.gz", idx_bytes(LABELS))
    arguments = [name, "--folder", ".", "--epochs", "1", "--hidden", "--checkpoint", "run.npz"]
    assert "t10k-labels-idx1-ubyte.gz: got no such file; expected a gzipped IDX" in refused(arguments, capsys)
    assert not Path("run.npz").exists()
    write(tmp_path / "t10k-labels-idx1-ubyte.gz", idx_bytes(LABELS))
    assert main(arguments) == TRAINED
    assert f"{name}: 3 images to train by, 3 to test by" in capsys.readouterr().out
    assert load(Path("run.npz")).settings.sizes == (784, 10)
    assert f"pictures/{name}-weights.png" in files(tmp_path)


def test_a_cifar_folder_is_trained_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cifar, "RECORDS", 2)
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        (tmp_path / f"{name}.bin").write_bytes(record(1, 200, 0, 9) + record(2, 0, 90, 0))
    arguments = ["cifar10", "--folder", ".", "--epochs", "1"]
    assert main(arguments) == TRAINED
    assert "cifar10: 10 images to train by, 2 to test by" in capsys.readouterr().out
    assert files(tmp_path)[-3:] == [
        "pictures/cifar10-curves.png",
        "pictures/cifar10-weights.png",
        "test_batch.bin",
    ]
    (tmp_path / "test_batch.bin").write_bytes(record(1, 200, 0, 9))
    assert "test_batch.bin: got 3073 bytes; expected 6146" in refused(arguments, capsys)


def test_what_is_refused_leaves_not_even_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(["mnist", "--folder", "nowhere"], capsys)
    refused(["digits", "--batch", "0"], capsys)
    assert list(tmp_path.iterdir()) == []
