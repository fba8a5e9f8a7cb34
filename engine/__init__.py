"""A reference automatic-differentiation engine, written to be read as a specification.

Start with ``engine.graph`` (what a value and an op are), then one file of ``engine.ops``, then the two
walks, ``engine.reverse`` and ``engine.forward``.
"""

from engine import ops
from engine.catalogue import CATALOGUE, Entry, entry_of, op
from engine.display import graph_dot, graph_text
from engine.domain import KINK_AT_0, MASK, NONZERO, ORDERED, POSITIVE, REALS, Domain
from engine.errors import (
    AxisError,
    CatalogueError,
    CycleError,
    DTypeError,
    EngineError,
    GradientRequestError,
    ItemError,
    OperandError,
    ParameterError,
    ShapeError,
    TruthError,
)
from engine.forward import pushforward
from engine.graph import Op, Value
from engine.kinds import Binary, Elementwise, Linear, LinearNary, Nary, TensorOp, Ternary, Unary
from engine.mode import GRAD_MODE, LAZY_MODE, eager, enable_grad, lazy, no_grad
from engine.ops import *  # noqa: F403 - the names are listed once, in engine.ops
from engine.reverse import compute_gradient_of_variables, pullback
from engine.tensor import Tensor
from engine.topo import find_topo_sort
from engine.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

__all__ = [
    "CATALOGUE",
    "GRAD_MODE",
    "KINK_AT_0",
    "LAZY_MODE",
    "MASK",
    "NONZERO",
    "ORDERED",
    "POSITIVE",
    "REALS",
    "AxisError",
    "Binary",
    "CatalogueError",
    "CycleError",
    "DTypeError",
    "Domain",
    "Elementwise",
    "EngineError",
    "Entry",
    "GradientRequestError",
    "ItemError",
    "Linear",
    "LinearNary",
    "Nary",
    "Op",
    "OperandError",
    "ParameterError",
    "ShapeError",
    "Tensor",
    "TensorOp",
    "Ternary",
    "TruthError",
    "Unary",
    "Value",
    "compute_gradient_of_variables",
    "eager",
    "enable_grad",
    "entry_of",
    "find_topo_sort",
    "grad",
    "graph_dot",
    "graph_text",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "lazy",
    "no_grad",
    "op",
    "pullback",
    "pushforward",
    "value_and_grad",
    "vjp",
]
__all__ += ops.__all__
