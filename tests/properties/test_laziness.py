"""What the laws about waiting count as work in vain, and what not."""

from __future__ import annotations

import numpy as np
import pytest

from engine import ops
from properties.case import Case, Step
from tests.properties.samples import verdicts


@pytest.mark.parametrize("constants", [(), (1,)])
def test_a_sum_that_the_next_rule_leaves_unread_is_no_work_in_vain(constants: tuple[int, ...]) -> None:
    """The adjoint of a is 0 whatever that of copysign(b, a) is; an eager walk has summed that before."""
    a, b = np.array(-1.0), np.array(2.0)
    case = Case((a, b), (Step(ops.Copysign(), (1, 0)), Step(ops.EWiseMul(), (2, 2))), constants)
    assert all(not verdict.undecided for verdict in verdicts("unread_gradient_costs_nothing", case))
