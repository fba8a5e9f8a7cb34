"""The ops, one file a family, which lists what it offers. Importing this package fills the catalogue."""

from engine.ops.activations import *
from engine.ops.arithmetic import *
from engine.ops.array_products import *
from engine.ops.broadcasting import *
from engine.ops.clipping import *
from engine.ops.contraction import *
from engine.ops.conversion import *
from engine.ops.convolution import *
from engine.ops.diagonals import *
from engine.ops.differences import *
from engine.ops.entropy import *
from engine.ops.error_function import *
from engine.ops.exponential import *
from engine.ops.factorisations import *
from engine.ops.flipping import *
from engine.ops.gathering import *
from engine.ops.grids import *
from engine.ops.hard_activations import *
from engine.ops.hyperbolic import *
from engine.ops.indexing import *
from engine.ops.joining import *
from engine.ops.linalg import *
from engine.ops.logarithmic import *
from engine.ops.losses import *
from engine.ops.matrix_functions import *
from engine.ops.missing import *
from engine.ops.moments import *
from engine.ops.networks import *
from engine.ops.normalisation import *
from engine.ops.norms import *
from engine.ops.packing import *
from engine.ops.padding import *
from engine.ops.pairs import *
from engine.ops.piecewise import *
from engine.ops.polar import *
from engine.ops.pooling import *
from engine.ops.power_log import *
from engine.ops.powers import *
from engine.ops.probabilities import *
from engine.ops.product import *
from engine.ops.pseudoinverse import *
from engine.ops.rectifiers import *
from engine.ops.reduction import *
from engine.ops.rounding import *
from engine.ops.scans import *
from engine.ops.shape import *
from engine.ops.singular_values import *
from engine.ops.sorting import *
from engine.ops.spectra import *
from engine.ops.tiling import *
from engine.ops.triangles import *
from engine.ops.trigonometric import *
from engine.ops.updating import *
from engine.ops.windows import *

__all__ = [
    "QR", "SVD", "Abs", "AddScalar", "Arccos", "Arccosh", "Arcsin", "Arcsinh", "Arctan", "Arctan2",
    "Arctanh", "AsType", "AvgPool1d", "AvgPool2d", "BCEWithLogits", "BroadcastTo", "Cbrt", "Ceil",
    "Celu", "Cholesky", "Clip", "Compare", "Concatenate", "Conv1d", "Conv2d", "Copysign", "Cos", "Cosh",
    "CrossEntropy", "CumMax", "CumMin", "CumProd", "CumSum", "Det", "Diagonal", "Diff", "DivPower",
    "DivScalar", "EWiseAdd", "EWiseDiv", "EWiseMul", "EWisePow", "Eigh", "Eigvalsh", "Einsum", "Elu",
    "Erf", "Erfc", "Exp", "Exp2", "Expm", "Expm1", "Flip", "Floor", "FloorDivide", "Fmax", "Fmin",
    "Fold", "Gaussian", "Gelu", "GetItem", "GetItems", "Hardshrink", "Hardsigmoid", "Hardswish",
    "Hardtanh", "Huber", "Hypot", "Identity", "Inv", "IsFinite", "IsNan", "LayerNorm", "LeakyReLU",
    "Log", "Log1p", "Log2", "Log10", "LogAddExp", "LogAddExp2", "LogCumSumExp", "LogSigmoid",
    "LogSoftmax", "LogSumExp", "LogisticDensity", "Logit", "MatMul", "MatrixPower", "Max", "MaxPool1d",
    "MaxPool2d", "Maximum", "Mean", "Min", "Minimum", "Mish", "MulScalar", "NanToNum", "Ndtr", "Negate",
    "Norm", "Pad", "Permute", "Pinv", "PolarMonomial", "PowerLog", "PowerScalar", "Prod", "PutDiagonal",
    "PutItem", "RMSNorm", "ReLU", "Reciprocal", "Recurrence", "RelEntr", "Remainder", "RemainderScalar",
    "Repeat", "Reshape", "Roll", "Rot90", "Round", "Rsqrt", "ScatterAdd", "Selu", "SetItem", "Sigmoid",
    "Sign", "Silu", "Sin", "Sinc", "Sinh", "SlogDet", "Softmax", "Softplus", "Softshrink", "Softsign",
    "Solve", "SolveTriangular", "Sort", "Sqrt", "Square", "Stack", "Std", "Step", "SumOfSquares",
    "Summation", "Svdvals", "Tan", "Tanh", "TanhNdtr", "Tanhshrink", "TensorTuple", "Tile", "Transpose",
    "Tril", "Triu", "Trunc", "Unfold", "Var", "Where", "Xlogy", "abs", "absolute", "add", "add_scalar",
    "amax", "amin", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax",
    "argmin", "argsort", "astype", "average", "avg_pool1d", "avg_pool2d", "batch_norm",
    "bce_with_logits", "broadcast_arrays", "broadcast_to", "cbrt", "ceil", "celu", "cholesky", "clip",
    "compare", "concatenate", "conv1d", "conv2d", "copysign", "cos", "cosh", "cosine_similarity",
    "count_nonzero", "cross", "cross_entropy", "cummax", "cummin", "cumprod", "cumsum",
    "cumulative_trapezoid", "det", "diag", "diagonal", "diff", "divide", "divide_by_power",
    "divide_scalar", "dot", "dropout", "dstack", "eigh", "eigvalsh", "einsum", "elu", "embedding", "erf",
    "erfc", "exp", "exp2", "expand_dims", "expm", "expm1", "flatten", "flip", "floor", "floor_divide",
    "fmax", "fmin", "gaussian", "gelu", "get_item", "get_items", "hardshrink", "hardsigmoid",
    "hardswish", "hardtanh", "hstack", "huber_loss", "hypot", "identity", "inner", "inv", "isfinite",
    "isnan", "kl_divergence", "kron", "l1_loss", "layer_norm", "leaky_relu", "linear", "log", "log1p",
    "log2", "log10", "log_sigmoid", "log_softmax", "logaddexp", "logaddexp2", "logcumsumexp", "logdet",
    "logistic_density", "logit", "logsumexp", "lstsq", "matmul", "matrix_norm", "matrix_power", "max",
    "max_pool1d", "max_pool2d", "maximum", "mean", "median", "meshgrid", "min", "minimum", "mish", "mod",
    "moveaxis", "mse_loss", "mul_scalar", "multi_dot", "multiply", "nan_to_num", "nanargmax",
    "nanargmin", "ndtr", "negate", "norm", "ones_like", "outer", "pad", "permute", "pinv",
    "polar_monomial", "power", "power_log", "power_scalar", "prod", "ptp", "put_item", "qr", "quantile",
    "ravel", "reciprocal", "recurrence", "rel_entr", "relu", "relu6", "remainder", "remainder_scalar",
    "repeat", "reshape", "rms_norm", "roll", "rot90", "round", "rsqrt", "scaled_dot_product_attention",
    "scatter_add", "searchsorted", "selu", "set_item", "sigmoid", "sign", "silu", "sin", "sinc", "sinh",
    "slogdet", "softmax", "softmax_loss", "softplus", "softshrink", "softsign", "solve",
    "solve_triangular", "sort", "split", "sqrt", "square", "squeeze", "stack", "std", "step", "subtract",
    "sum", "sum_to", "summation", "sumofsquares", "svd", "svdvals", "swapaxes", "swish", "take",
    "take_along_axis", "tan", "tanh", "tanh_ndtr", "tanhshrink", "tensordot", "tile", "trace",
    "transpose", "trapezoid", "tril", "triu", "trunc", "unfold", "unstack", "var", "vdot", "vstack",
    "where", "xlogy", "zeros_like",
]  # fmt: skip
