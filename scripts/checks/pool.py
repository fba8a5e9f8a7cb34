"""Many jobs, on several processes, with a bar that shows how far they are."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Protocol, TypeVar

from rich.progress import track

Job = TypeVar("Job")
Result = TypeVar("Result")


class Run(Protocol):
    """Does every job; the results come in the order of the jobs."""

    def __call__(self, work: Callable[[Job], Result], jobs: Sequence[Job], what: str) -> list[Result]: ...


def here(work: Callable[[Job], Result], jobs: Sequence[Job], what: str) -> list[Result]:
    """In this process."""
    return [work(job) for job in track(jobs, what)]


@contextmanager
def on_processes(count: int) -> Generator[Run]:
    """On ``count`` fresh processes; ``work`` must be a function of a module, or a partial of one."""
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:

        def run(work: Callable[[Job], Result], jobs: Sequence[Job], what: str) -> list[Result]:
            size = max(1, len(jobs) // (50 * count))
            return list(track(pool.map(work, jobs, chunksize=size), what, total=len(jobs)))

        yield run
