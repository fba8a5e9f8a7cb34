"""A reference automatic-differentiation engine, written to be read as a specification.

Start with ``engine.graph`` (what a value and an op are), then one file of ``engine.ops``, then the two
walks, ``engine.reverse`` and ``engine.forward``.
"""

from engine.array import Array, Axes, Shape
from engine.catalogue import CATALOGUE, Entry, entry_of, op
from engine.display import graph_dot, graph_text
from engine.domain import DOMINANT, KINK_AT_0, MASK, NONZERO, ORDERED, POSITIVE, REALS, Domain
from engine.errors import (
    AxisError,
    CatalogueError,
    CycleError,
    DTypeError,
    EngineError,
    GradientRequestError,
    ItemError,
    MatrixError,
    OperandError,
    ParameterError,
    ShapeError,
    TruthError,
)
from engine.forward import pushforward
from engine.graph import Op, Value
from engine.kinds import (
    AlongAxis,
    Associative,
    Binary,
    Elementwise,
    Linear,
    LinearNary,
    Nary,
    Reduction,
    TensorOp,
    Ternary,
    Unary,
)
from engine.mode import GRAD_MODE, LAZY_MODE, eager, enable_grad, lazy, no_grad
from engine.ops import *
from engine.reverse import compute_gradient_of_variables, pullback
from engine.tensor import Tensor
from engine.topo import find_topo_sort
from engine.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

__all__ = [
    "CATALOGUE", "DOMINANT", "GRAD_MODE", "KINK_AT_0", "LAZY_MODE", "MASK", "NONZERO", "ORDERED",
    "POSITIVE", "QR", "REALS", "SVD", "Abs", "AddScalar", "AlongAxis", "Arccos", "Arccosh", "Arcsin",
    "Arcsinh", "Arctan", "Arctan2", "Arctanh", "Array", "AsType", "Associative", "AvgPool1d",
    "AvgPool2d", "Axes", "AxisError", "BCEWithLogits", "Binary", "BroadcastTo", "CatalogueError", "Cbrt",
    "Ceil", "Celu", "Cholesky", "Clip", "Compare", "Concatenate", "Conv1d", "Conv2d", "Copysign", "Cos",
    "Cosh", "CrossEntropy", "CumMax", "CumMin", "CumProd", "CumSum", "CycleError", "DTypeError", "Det",
    "Diagonal", "Diff", "DivPower", "DivScalar", "Domain", "EWiseAdd", "EWiseDiv", "EWiseMul",
    "EWisePow", "Eigh", "Eigvalsh", "Einsum", "Elementwise", "Elu", "EngineError", "Entry", "Erf",
    "Erfc", "Exp", "Exp2", "Expm", "Expm1", "Flip", "Floor", "FloorDivide", "Fmax", "Fmin", "Fold",
    "Gaussian", "Gelu", "GetItem", "GetItems", "GradientRequestError", "Hardshrink", "Hardsigmoid",
    "Hardswish", "Hardtanh", "Huber", "Hypot", "Identity", "Inv", "IsFinite", "IsNan", "ItemError",
    "LayerNorm", "LeakyReLU", "Linear", "LinearNary", "Log", "Log1p", "Log2", "Log10", "LogAddExp",
    "LogAddExp2", "LogCumSumExp", "LogSigmoid", "LogSoftmax", "LogSumExp", "LogisticDensity", "Logit",
    "MatMul", "MatrixError", "MatrixPower", "Max", "MaxPool1d", "MaxPool2d", "Maximum", "Mean", "Min",
    "Minimum", "Mish", "MulScalar", "NanToNum", "Nary", "Ndtr", "Negate", "Norm", "Op", "OperandError",
    "Pad", "ParameterError", "Permute", "Pinv", "PolarMonomial", "PowerLog", "PowerScalar", "Prod",
    "PutDiagonal", "PutItem", "RMSNorm", "ReLU", "Reciprocal", "Recurrence", "Reduction", "RelEntr",
    "Remainder", "RemainderScalar", "Repeat", "Reshape", "Roll", "Rot90", "Round", "Rsqrt", "ScatterAdd",
    "Selu", "SetItem", "Shape", "ShapeError", "Sigmoid", "Sign", "Silu", "Sin", "Sinc", "Sinh",
    "SlogDet", "Softmax", "Softplus", "Softshrink", "Softsign", "Solve", "SolveTriangular", "Sort",
    "Sqrt", "Square", "Stack", "Std", "Step", "SumOfSquares", "Summation", "Svdvals", "Tan", "Tanh",
    "TanhNdtr", "Tanhshrink", "Tensor", "TensorOp", "TensorTuple", "Ternary", "Tile", "Transpose",
    "Tril", "Triu", "Trunc", "TruthError", "Unary", "Unfold", "Value", "Var", "Where", "Xlogy", "abs",
    "absolute", "add", "add_scalar", "amax", "amin", "arccos", "arccosh", "arcsin", "arcsinh", "arctan",
    "arctan2", "arctanh", "argmax", "argmin", "argsort", "astype", "average", "avg_pool1d", "avg_pool2d",
    "batch_norm", "bce_with_logits", "broadcast_arrays", "broadcast_to", "cbrt", "ceil", "celu",
    "cholesky", "clip", "compare", "compute_gradient_of_variables", "concatenate", "conv1d", "conv2d",
    "copysign", "cos", "cosh", "cosine_similarity", "count_nonzero", "cross", "cross_entropy", "cummax",
    "cummin", "cumprod", "cumsum", "cumulative_trapezoid", "det", "diag", "diagonal", "diff", "divide",
    "divide_by_power", "divide_scalar", "dot", "dropout", "dstack", "eager", "eigh", "eigvalsh",
    "einsum", "elu", "embedding", "enable_grad", "entry_of", "erf", "erfc", "exp", "exp2", "expand_dims",
    "expm", "expm1", "find_topo_sort", "flatten", "flip", "floor", "floor_divide", "fmax", "fmin",
    "gaussian", "gelu", "get_item", "get_items", "grad", "graph_dot", "graph_text", "hardshrink",
    "hardsigmoid", "hardswish", "hardtanh", "hessian", "hstack", "huber_loss", "hvp", "hypot",
    "identity", "inner", "inv", "isfinite", "isnan", "jacobian", "jvp", "kl_divergence", "kron",
    "l1_loss", "layer_norm", "lazy", "leaky_relu", "linear", "log", "log1p", "log2", "log10",
    "log_sigmoid", "log_softmax", "logaddexp", "logaddexp2", "logcumsumexp", "logdet",
    "logistic_density", "logit", "logsumexp", "lstsq", "matmul", "matrix_norm", "matrix_power", "max",
    "max_pool1d", "max_pool2d", "maximum", "mean", "median", "meshgrid", "min", "minimum", "mish", "mod",
    "moveaxis", "mse_loss", "mul_scalar", "multi_dot", "multiply", "nan_to_num", "nanargmax",
    "nanargmin", "ndtr", "negate", "no_grad", "norm", "ones_like", "op", "outer", "pad", "permute",
    "pinv", "polar_monomial", "power", "power_log", "power_scalar", "prod", "ptp", "pullback",
    "pushforward", "put_item", "qr", "quantile", "ravel", "reciprocal", "recurrence", "rel_entr", "relu",
    "relu6", "remainder", "remainder_scalar", "repeat", "reshape", "rms_norm", "roll", "rot90", "round",
    "rsqrt", "scaled_dot_product_attention", "scatter_add", "searchsorted", "selu", "set_item",
    "sigmoid", "sign", "silu", "sin", "sinc", "sinh", "slogdet", "softmax", "softmax_loss", "softplus",
    "softshrink", "softsign", "solve", "solve_triangular", "sort", "split", "sqrt", "square", "squeeze",
    "stack", "std", "step", "subtract", "sum", "sum_to", "summation", "sumofsquares", "svd", "svdvals",
    "swapaxes", "swish", "take", "take_along_axis", "tan", "tanh", "tanh_ndtr", "tanhshrink",
    "tensordot", "tile", "trace", "transpose", "trapezoid", "tril", "triu", "trunc", "unfold", "unstack",
    "value_and_grad", "var", "vdot", "vjp", "vstack", "where", "xlogy", "zeros_like",
]  # fmt: skip
