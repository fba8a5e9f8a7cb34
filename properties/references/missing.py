"""Second definitions of ops that know what is no number. All that the laws draw is one."""

from __future__ import annotations

from engine import ops
from properties.number import larger, smaller
from properties.references.table import refer_entry

refer_entry(ops.IsNan, lambda op, x: x[0].constant(0.0))
refer_entry(ops.IsFinite, lambda op, x: x[0].constant(1.0))
refer_entry(ops.NanToNum, lambda op, x: x[0])
refer_entry(ops.Fmax, lambda op, x: larger(x[0], x[1]))
refer_entry(ops.Fmin, lambda op, x: smaller(x[0], x[1]))
