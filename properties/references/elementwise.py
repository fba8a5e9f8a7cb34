"""Second definitions, entry by entry."""

from __future__ import annotations

from engine import ops
from properties.number import Number, larger
from properties.references.table import refer_entry


def _power(x: Number, exponent: float) -> Number:
    if exponent == int(exponent):
        return x.power(int(exponent))
    return (x.log() * exponent).exp()


def _sigmoid(x: Number) -> Number:
    return 1.0 / ((-x).exp() + 1.0)


def _sign(x: Number) -> Number:
    """−1, 0 or 1. At 0 a comparison goes by the way that x moves; the value is 0 all the same."""
    side = 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0
    return x.constant(side if x.value else 0.0)


def _power_log(op: ops.PowerLog, a: Number, b: Number) -> Number:
    log = a.log()
    terms = [b.power(n) * log.power(k) * c for c, n, k in op.terms]
    return sum(terms[1:], start=terms[0]) * ((b - op.shift) * log).exp()


refer_entry(ops.Identity, lambda op, x: x[0])
refer_entry(ops.AsType, lambda op, x: x[0] + 0.0)
refer_entry(ops.EWiseAdd, lambda op, x: x[0] + x[1])
refer_entry(ops.AddScalar, lambda op, x: x[0] + op.scalar)
refer_entry(ops.EWiseMul, lambda op, x: x[0] * x[1])
refer_entry(ops.MulScalar, lambda op, x: x[0] * op.scalar)
refer_entry(ops.EWiseDiv, lambda op, x: x[0] / x[1])
refer_entry(ops.DivPower, lambda op, x: x[0] / x[1].power(op.power))
refer_entry(ops.DivScalar, lambda op, x: x[0] / op.scalar)
refer_entry(ops.Negate, lambda op, x: -x[0])
refer_entry(ops.EWisePow, lambda op, x: (x[1] * x[0].log()).exp())
refer_entry(ops.PowerLog, lambda op, x: _power_log(op, x[0], x[1]))
refer_entry(ops.PowerScalar, lambda op, x: _power(x[0], op.scalar))
refer_entry(ops.Sqrt, lambda op, x: x[0].sqrt())
refer_entry(ops.Exp, lambda op, x: x[0].exp())
refer_entry(ops.Log, lambda op, x: x[0].log())
refer_entry(ops.Sigmoid, lambda op, x: _sigmoid(x[0]))
refer_entry(ops.LogisticDensity, lambda op, x: op.factor * _sigmoid(x[0]) * _sigmoid(-x[0]))
refer_entry(ops.Tanh, lambda op, x: x[0].tanh())
refer_entry(ops.Sin, lambda op, x: x[0].sin())
refer_entry(ops.Cos, lambda op, x: x[0].cos())
refer_entry(ops.Step, lambda op, x: x[0].constant(1.0 if x[0] > 0.0 and x[0].value else 0.0))
refer_entry(ops.Sign, lambda op, x: _sign(x[0]))
refer_entry(ops.ReLU, lambda op, x: x[0] if x[0] > 0.0 else x[0].constant(0.0))
refer_entry(ops.Abs, lambda op, x: x[0] if x[0] > 0.0 else -x[0])
refer_entry(ops.Compare, lambda op, x: _sign(x[0] - x[1]))
refer_entry(ops.Maximum, lambda op, x: larger(x[0], x[1]))
refer_entry(ops.Minimum, lambda op, x: x[1] if x[0] > x[1] else x[0])
refer_entry(ops.Where, lambda op, x: x[1] if x[0] > 0.5 else x[2])  # marks are 0 and 1
