"""Boxes of two step units each come as near to a smooth function as they are narrow; no gradient passes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from engine import CATALOGUE, Domain, ParameterError, Tensor, jvp, pullback, step
from examples.boxes import (
    COUNTS,
    REACH,
    STEEPEST,
    approximation,
    box,
    errors,
    points,
    show,
    values,
    wave,
)


def test_a_box_is_its_height_inside_and_nothing_outside() -> None:
    x = np.array([0.0, 1.0, 1.001, 1.25, 1.5, 1.501, 3.0])
    assert values(box(2.0, 1.0, 0.5), x).tolist() == [0.0, 0.0, 2.0, 2.0, 2.0, 0.0, 0.0]


def test_boxes_share_their_edges_and_each_has_the_height_of_the_function_in_its_middle() -> None:
    x = np.array([-3.0, -2.0, -1.0, -0.5, 2.5, 3.0, 3.5])
    middle = [wave(Tensor(at)).item() for at in (-2.0, 0.0, 2.0)]
    expected = [0.0, middle[0], middle[0], middle[1], middle[2], middle[2], 0.0]
    assert values(approximation(wave, REACH, 3), x).tolist() == pytest.approx(expected, rel=1e-15, abs=1e-15)


def test_the_error_falls_as_boxes_narrow_and_stays_below_its_bound() -> None:
    found = errors()
    assert [off.count for off in found] == list(COUNTS)
    assert [off.width * off.count for off in found] == [2 * REACH] * len(COUNTS)
    assert all(off.mean < off.most <= off.bound for off in found)
    for wide, narrow in pairwise(found):
        assert narrow.most < wide.most
        assert narrow.mean < wide.mean


def test_the_steepest_slope_of_the_wave_is_what_the_bound_says() -> None:
    """To a thousandth, for the points may miss the steepest one."""
    x = points()
    _, slopes = jvp(wave, [x], [np.ones_like(x)])
    assert 0.999 * STEEPEST < np.max(np.abs(slopes.numpy())) <= STEEPEST


def test_boxes_that_stand_one_width_aside_break_the_bound() -> None:
    def aside(x: Tensor) -> Tensor:
        return wave(x + 2 * REACH / 64)

    off = np.abs(values(approximation(aside, REACH, 64), points()) - values(wave, points()))
    assert np.max(off) > errors([64])[0].bound


@pytest.mark.parametrize("count", [0, -1])
def test_less_than_one_box_is_refused(count: int) -> None:
    with pytest.raises(ParameterError, match="at least one; choose how many"):
        approximation(wave, REACH, count)


def test_the_step_is_0_at_0_and_so_is_its_derivative_there_and_everywhere() -> None:
    x = Tensor([-2.0, -0.0, 0.0, 5e-324, 2.0])
    y = step(x)
    assert y.numpy().tolist() == [0.0, 0.0, 0.0, 1.0, 1.0]
    assert pullback(y, [x])[0].numpy().tolist() == [0.0] * 5
    assert jvp(step, [x], [np.ones(5)])[1].numpy().tolist() == [0.0] * 5
    assert CATALOGUE["Step"].domains == (Domain(kinks=(0.0,), share=0.0),)


def test_the_gradient_moves_no_threshold_only_heights() -> None:
    boxes = approximation(wave, REACH, 4)
    x = Tensor([-3.0, -1.5, 0.25, 3.0])
    x_bar, threshold_bar, weight_bar = pullback(boxes(x), [x, boxes.thresholds, boxes.weights])
    assert x_bar.numpy().tolist() == [0.0] * 4
    assert threshold_bar.numpy().tolist() == [0.0] * 8
    assert weight_bar.numpy().tolist() == [3.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0, 0.0]


def test_the_table_and_the_picture_are_shown(tmp_path: Path) -> None:
    console = Console(record=True, width=120)
    (path,) = show(tmp_path, console)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes().startswith(b"\x89PNG")
    text = console.export_text()
    for off in errors(COUNTS[:2]):
        assert f"│ {off.most:.5f}       │ {off.mean:.5f}    │ {off.bound:.5f}        │" in text
