"""Order does not depend on how Python hashes: processes with other hash seeds say the same."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

PROGRAM = """
from engine import Tensor, exp, find_topo_sort, matmul, relu, summation
from properties.adapters.reference import Reference
from properties.judge import judge
from properties.law import Law, Where
from properties.laws import LAWS
from properties.rows import rows_for
from properties.adapters.subject import Capability
from properties.verdict import HOLDS

a, b, c = (Tensor([[1.0, 2.0], [3.0, float(at)]]) for at in range(3))
shared = matmul(a, b) + c
left, right = exp(shared * 0.1), relu(shared - a)
output = summation(left * right + right * left + shared * b)
order = find_topo_sort([output])
number = {value: at for at, value in enumerate([a, b, c, shared, left, right, output])}
print([(str(value.op), [order.index(each) for each in value.inputs]) for value in order])
print([number[value] for value in order if value in number])

output.backward()
print([value.grad.numpy().tolist() for value in (a, b, c)])
print([len(find_topo_sort([value.grad])) for value in (a, b, c)])

seen = []
def check(subject, case, draw):
    seen.append(repr(case))
    return HOLDS

law = Law("seen", "y = y", Capability.FORWARD, Where.SMOOTH, check)
rows = {row.name: row for row in rows_for(Reference())}
for name in ("Where", "programs", "graphs"):
    judge(law, rows[name], Reference(), examples=10, start=3)
print(list(rows), list(LAWS))
print(seen)
"""


def said(hash_seed: int) -> list[str]:
    """What the program prints in a process of this hash seed."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.splitlines()


def test_orders_gradients_rows_and_drawn_cases_are_the_same_under_every_hash_seed() -> None:
    with ThreadPoolExecutor(2) as pool:
        first, *others = pool.map(said, range(4))
    assert len(first) == 6
    assert first[1] == "[0, 1, 2, 3, 4, 5, 6]"
    assert others == [first] * 3
