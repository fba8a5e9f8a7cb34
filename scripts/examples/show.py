"""Show the systems that gradlaws was founded on: tables in the terminal, pictures in a folder."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.text import Text

from engine import EngineError, hessian
from examples import both_ways, boxes
from examples.adjoint_rules import rules_table
from examples.graph_picture import trace_picture
from examples.lecture import (
    Program,
    autoencoder_program,
    cross_entropy_program,
    l1_program,
    lecture_function,
    lecture_program,
    softmax_program,
    swish_program,
)
from examples.trace_table import trace_table

Example = Callable[[Path, Console], None]
"""It prints its tables to the console and writes its pictures to the folder."""

SHOWN, MISUSED, STOPPED = 0, 2, 130

EXAMPLES = """examples:
  scripts/show                      everything, with pictures in the folder pictures
  scripts/show trace autoencoder    these two
  scripts/show swish --folder here  the picture goes to the folder here
"""


class Options(Namespace):
    """The words of the command line."""

    names: list[str]
    folder: Path


def show_program(program: Program, name: str, folder: Path, console: Console) -> None:
    """The table of the trace, and the picture of the graph as SVG and PNG."""
    trace = program.trace()
    console.print(trace_table(trace, program.title))
    picture = trace_picture(trace)
    for suffix in (".svg", ".png"):
        path = folder / f"{name}{suffix}"
        picture.save(path)
        console.print(Text(f"{path}"), soft_wrap=True)
    console.print()


def show_trace(folder: Path, console: Console) -> None:
    """The lecture's trace, and what the gradient says when it is differentiated again."""
    program = lecture_program()
    show_program(program, "trace", folder, console)
    rows = hessian(lecture_function, (0, 1))(*program.inputs)
    shown = "; ".join(", ".join(f"{entry.item():.10g}" for entry in row) for row in rows)
    console.print(Text(f"The gradient differentiated again, ∂²y/∂xᵢ∂xⱼ: {shown}\n"))


def show_rules(_folder: Path, console: Console) -> None:
    """The adjoint rules of matrix calculus, beside what the engine says."""
    console.print(rules_table())


def _program(make: Callable[[], Program], name: str, folder: Path, console: Console) -> None:
    show_program(make(), name, folder, console)


def pictured(show: Callable[[Path, Console], Sequence[Path]], folder: Path, console: Console) -> None:
    """What an example prints, and the files of its pictures."""
    for path in show(folder, console):
        console.print(Text(f"{path}"), soft_wrap=True)
    console.print()


SHOWN_BY_NAME: Mapping[str, Example] = {
    "trace": show_trace,
    "swish": partial(_program, swish_program, "swish"),
    "autoencoder": partial(_program, autoencoder_program, "autoencoder"),
    "l1": partial(_program, l1_program, "l1"),
    "softmax": partial(_program, softmax_program, "softmax"),
    "cross_entropy": partial(_program, cross_entropy_program, "cross_entropy"),
    "rules": show_rules,
    "boxes": partial(pictured, boxes.show),
    "both_ways": partial(pictured, both_ways.show),
}
"""One line an example; ``all`` shows them in this order."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments, namespace=Options())
    everything = not options.names or "all" in options.names
    names = SHOWN_BY_NAME if everything else dict.fromkeys(options.names)
    try:
        options.folder.mkdir(parents=True, exist_ok=True)  # before the work whose pictures go there
        for name in names:
            SHOWN_BY_NAME[name](options.folder, Console())
    except EngineError as error:
        return _refused(str(error))
    except OSError as error:
        return _refused(
            f"--folder {options.folder}: got {error.strerror}; expected a folder to write to; name another."
        )
    except KeyboardInterrupt:
        _refused("stopped")
        return STOPPED
    return SHOWN


def _refused(why: str) -> int:
    Console(stderr=True).print(f"show: {why}", style="red", markup=False, highlight=False, soft_wrap=True)
    return MISUSED


def _known(name: str) -> str:
    """The word, if it says what to show; argparse's own ``choices`` refuse to be given none."""
    if name in {"all", *SHOWN_BY_NAME}:
        return name
    raise ArgumentTypeError(f"no example {name!r}; choose from all, {', '.join(SHOWN_BY_NAME)}")


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="scripts/show",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names",
        nargs="*",
        type=_known,
        metavar="NAME",
        help=f"what to show: {', '.join(SHOWN_BY_NAME)} or all (all)",
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("pictures"), help="where the pictures go (pictures)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
