"""Train a fully connected network: progress, learning curves, first-layer weights, a checkpoint to resume.

Exit status: 0 trained, 2 wrong usage or files, 130 stopped: the checkpoint then has the last whole epoch.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from engine.errors import EngineError
from examples.checkpoint import resumed, save
from examples.curves import pictures
from examples.data import cifar10, digits, fashion_mnist, mnist
from examples.libraries import make_figure
from examples.solver import CIFAR, DIGITS, FASHION, MNIST, one_epoch, start
from examples.state import Dataset, Settings, State

TRAINED, MISUSED, STOPPED = 0, 2, 130

EXAMPLES = """examples:
  scripts/train                                            scikit-learn's digits: nothing is downloaded
  scripts/train mnist --folder data/mnist --epochs 5       the four gzipped IDX files are there
  scripts/train mnist --folder data/mnist --hidden         softmax regression: no hidden layer
  scripts/train cifar10 --folder data/cifar --hidden 200   200 hidden units in place of 50
  scripts/train digits --checkpoint digits.npz             goes on from there, if it exists

files of --folder, as they are published:
  mnist, fashion-mnist  train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, and both with t10k for
                        train (yann.lecun.com/exdb/mnist, github.com/zalandoresearch/fashion-mnist)
  cifar10               data_batch_1.bin to data_batch_5.bin, test_batch.bin: the binary version
                        (www.cs.toronto.edu/~kriz/cifar.html)
"""


@dataclass(frozen=True, slots=True)
class Task:
    """A data set that lies in a folder, or in a package (``None``), and the net that it is shown to."""

    settings: Settings
    epochs: int
    load: Callable[[Path], Dataset] | None = None


TASKS: Mapping[str, Task] = {
    "digits": Task(DIGITS, 20),
    "mnist": Task(MNIST, 10, mnist),
    "fashion-mnist": Task(FASHION, 60, fashion_mnist),
    "cifar10": Task(CIFAR, 10, cifar10),
}


class Options(Namespace):
    """The words of the command line."""

    data: str
    folder: Path | None
    epochs: int | None
    checkpoint: Path | None
    pictures: Path
    hidden: list[int] | None
    batch: int | None
    learning_rate: float | None
    decay: float | None
    reg: float | None
    seed: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What is to be trained, for how many epochs in all, and the checkpoint that is kept, if any."""

    settings: Settings
    data: Dataset
    epochs: int
    checkpoint: Path | None

    def begun(self, console: Console) -> State:
        """The checkpoint's state where there is one; else the first, saved to see that it can be."""
        if self.checkpoint is None:
            return start(self.settings, self.data)
        if self.checkpoint.exists():
            state = resumed(self.checkpoint, self.settings, self.data)
            left = max(self.epochs - state.epoch, 0)
            told = f"{self.checkpoint}: resumed after epoch {state.epoch}, {left} to go"
            console.print(told, markup=False, highlight=False)
            return state
        state = start(self.settings, self.data)
        save(self.checkpoint, self.settings, self.data.name, state)
        return state

    def trained(self, state: State, console: Console) -> State:
        """The state after the epochs that are left, each of them saved and told."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("batches"),
            TimeRemainingColumn(),
        )
        left = range(state.epoch + 1, self.epochs + 1)
        batches = -(-len(self.data.train.images) // self.settings.batch)
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("epoch", total=len(left) * batches)
            for epoch in left:
                state = one_epoch(self.settings, self.data, state, partial(_advance, progress, bar, epoch))
                if self.checkpoint is not None:
                    save(self.checkpoint, self.settings, self.data.name, state)
                console.print(_told(state, batches), highlight=False)
        return state


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _options(arguments)
    try:
        _run(options, Console())
    except EngineError as error:
        _complain(" ".join(str(error).split()))
        return MISUSED
    except OSError as error:
        place, got = error.filename or "a file", error.strerror or error
        _complain(f"{place}: got {got}; expected a place to write to; name another")
        return MISUSED
    except KeyboardInterrupt:
        kept = options.checkpoint is not None and options.checkpoint.exists()
        _complain(f"stopped; {options.checkpoint} has the last whole epoch" if kept else "stopped")
        return STOPPED
    return TRAINED


def _options(arguments: Sequence[str] | None) -> Options:
    parser = ArgumentParser(
        prog="scripts/train",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", nargs="?", default="digits", choices=TASKS, help="what to train on (digits)")
    parser.add_argument("--folder", type=Path, help="where the files of the data set are")
    parser.add_argument("--epochs", type=int, metavar="N", help="train to the end of the N-th epoch")
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="go on from FILE; save each epoch there"
    )
    parser.add_argument(
        "--pictures",
        type=Path,
        default=Path("pictures"),
        metavar="FOLDER",
        help="where the pictures go (pictures)",
    )
    parser.add_argument("--hidden", type=int, nargs="*", metavar="N", help="units of each hidden layer")
    parser.add_argument("--batch", type=int, metavar="N", help="images of a minibatch")
    parser.add_argument("--learning-rate", type=float, metavar="RATE", help="of the first epoch")
    parser.add_argument("--decay", type=float, help="what multiplies the rate after each epoch")
    parser.add_argument("--reg", type=float, help="λ of ½ λ Σ‖W‖² in the loss")
    parser.add_argument("--seed", type=int, help="of the first weights and the order of the images")
    options = parser.parse_args(arguments, namespace=Options())
    if (options.folder is None) != (TASKS[options.data].load is None):
        parser.error(f"{options.data}: {'without' if options.folder else 'it needs'} --folder")
    if options.epochs is not None and options.epochs < 1:
        parser.error(f"--epochs {options.epochs}: at least 1")
    return options


def _settings(options: Options) -> Settings:
    """The settings of the data set's net, with what the command line says otherwise."""
    known = TASKS[options.data].settings
    sizes = known.sizes if options.hidden is None else (known.sizes[0], *options.hidden, known.sizes[-1])
    return Settings(
        sizes,
        known.batch if options.batch is None else options.batch,
        known.learning_rate if options.learning_rate is None else options.learning_rate,
        known.decay if options.decay is None else options.decay,
        known.reg if options.reg is None else options.reg,
        known.seed if options.seed is None else options.seed,
    )


def _run(options: Options, console: Console) -> None:
    """Train and tell. Raises ``EngineError`` and ``OSError``."""
    make_figure(1, 1)  # without its library, or a folder below, training would end without its pictures
    task = TASKS[options.data]
    data = digits() if task.load is None or options.folder is None else task.load(options.folder)
    epochs = task.epochs if options.epochs is None else options.epochs
    run = Run(_settings(options), data, epochs, options.checkpoint)
    before = run.begun(console)
    options.pictures.mkdir(parents=True, exist_ok=True)
    begin = time.perf_counter()
    state = run.trained(before, console)
    seconds = time.perf_counter() - begin
    files = [*([run.checkpoint] if run.checkpoint else []), *pictures(options.pictures, data, state)]
    console.print(_summary(run, state, seconds, files))


def _summary(run: Run, state: State, seconds: float, files: Sequence[Path]) -> Table:
    train, test = len(run.data.train.images), len(run.data.test.images)
    table = Table(title="trained", show_header=False)
    table.add_row("data", f"{run.data.name}: {train} images to train by, {test} to test by")
    table.add_row("net", "-".join(map(str, run.settings.sizes)))
    table.add_row("epochs", f"{state.epoch}")
    table.add_row("seconds", f"{seconds:.1f}")
    table.add_row("train accuracy", _per_cent(state.train_accuracies[-1]))
    table.add_row("test accuracy", _per_cent(state.test_accuracies[-1]))
    table.add_row("files", Text("\n".join(map(str, files))))
    return table


def _told(state: State, batches: int) -> str:
    """The last epoch in a line."""
    loss = sum(state.losses[-batches:]) / batches
    train, test = (_per_cent(shares[-1]) for shares in (state.train_accuracies, state.test_accuracies))
    return f"epoch {state.epoch}: mean loss {loss:.4f}, train accuracy {train}, test accuracy {test}"


def _advance(progress: Progress, bar: TaskID, epoch: int, loss: float) -> None:
    progress.update(bar, advance=1, description=f"epoch {epoch}, loss {loss:.4f}")


def _per_cent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _complain(text: str) -> None:
    Console(stderr=True).print(f"train: {text}", style="red", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
