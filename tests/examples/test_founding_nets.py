"""The nets of the founding documents, as the training command has them: sizes, rates, an epoch of each."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from engine.array import Shape
from examples import cifar, train
from examples.checkpoint import load
from examples.data import digits
from examples.solver import CIFAR, FASHION, MNIST
from examples.state import Dataset, Settings, State
from examples.train import TASKS, TRAINED, main
from tests.examples.test_cifar import record
from tests.examples.test_idx import IMAGES, LABELS, idx_bytes, write


@pytest.fixture(autouse=True)
def _files_of_few_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with MNIST's files and CIFAR-10's, without the time that pictures take."""

    def none(folder: Path, data: Dataset, state: State) -> list[Path]:
        return []

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train, "pictures", none)
    monkeypatch.setattr(cifar, "RECORDS", 2)
    for part in ("train", "t10k"):
        write(tmp_path / f"{part}-images-idx3-ubyte.gz", idx_bytes(IMAGES))
        write(tmp_path / f"{part}-labels-idx1-ubyte.gz", idx_bytes(LABELS))
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        (tmp_path / f"{name}.bin").write_bytes(record(1, 200, 0, 9) + record(2, 0, 90, 0))


def test_fashion_mnist_is_trained_on_as_its_document_says() -> None:
    assert Settings((784, 256, 128, 64, 10), batch=64, learning_rate=0.01, decay=1.0, reg=0.0) == FASHION
    assert (TASKS["fashion-mnist"].settings, TASKS["fashion-mnist"].epochs) == (FASHION, 60)


def test_cifar_is_trained_on_with_the_sizes_and_the_decay_of_its_document() -> None:
    assert (CIFAR.sizes, CIFAR.decay) == ((3072, 50, 10), 0.95)
    assert CIFAR.reg > 0
    assert (TASKS["cifar10"].settings, TASKS["cifar10"].epochs) == (CIFAR, 10)


def test_mnist_is_trained_on_with_the_batch_and_the_rate_of_the_course() -> None:
    assert Settings((784, 100, 10), batch=100, learning_rate=0.1) == MNIST
    assert TASKS["mnist"].settings == MNIST


@pytest.mark.parametrize(
    ("words", "sizes"),
    [
        ("fashion-mnist", (784, 256, 128, 64, 10)),
        ("cifar10", (3072, 50, 10)),
        ("cifar10 --hidden 200", (3072, 200, 10)),
        ("mnist", (784, 100, 10)),
        ("mnist --hidden", (784, 10)),  # softmax regression
    ],
)
def test_an_epoch_of_each_net_is_a_step_of_all_its_layers(words: str, sizes: Shape) -> None:
    assert main([*words.split(), "--folder", ".", "--epochs", "1", "--checkpoint", "run.npz"]) == TRAINED
    found = load(Path("run.npz"))
    known = TASKS[found.data].settings
    assert found.settings == replace(known, sizes=sizes)
    arrays = list(found.state.parameters.values())
    assert [array.shape for array in arrays[::2]] == list(pairwise(sizes))
    assert all(array.any() for array in arrays[1::2])  # the biases began at 0
    assert found.state.learning_rate == known.learning_rate * known.decay


def test_the_nets_fit_their_data() -> None:
    assert TASKS.keys() == {"digits", "mnist", "fashion-mnist", "cifar10"}
    ends = {name: (task.settings.sizes[0], task.settings.sizes[-1]) for name, task in TASKS.items()}
    assert ends == {"digits": (64, 10), "mnist": (784, 10), "fashion-mnist": (784, 10), "cifar10": (3072, 10)}
    assert digits().train.images.shape[1] == ends["digits"][0]
