"""The counterpart of every op in PyTorch and in JAX: a call in the library's own words, or why there is none.

A call is an expression in the inputs ``a``, ``b``, ``c`` (``values``: all of them), in the op's parameters,
``op``, and in the library's modules. The few other names in it are the ``WORDS``. So
the table needs neither library, and the page prints the calls as they are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine import ops
from engine.graph import Op


@dataclass(frozen=True, slots=True)
class Calls:
    """The expressions; one that begins with a dash is the reason why there is no call."""

    torch: str
    jax: str

    def of(self, library: str) -> str:
        """The call in this library, nothing where there is none."""
        call = self._said(library)
        return "" if call.startswith("- ") else call

    def reason(self, library: str) -> str:
        """Why there is no call in this library; nothing where there is one."""
        return self._said(library).removeprefix("- ") if not self.of(library) else ""

    def _said(self, library: str) -> str:
        return {"torch": self.torch, "jax": self.jax}[library]


CALLS: Mapping[type[Op], Calls] = {
    ops.Identity: Calls("torch.clone(a)", "jnp.copy(a)"),
    ops.AsType: Calls("a.to(getattr(torch, op.dtype.name))", "a.astype(op.dtype)"),
    ops.Reshape: Calls("torch.reshape(a, op.shape)", "jnp.reshape(a, op.shape)"),
    ops.Transpose: Calls("torch.transpose(a, *op.axes)", "jnp.swapaxes(a, *op.axes)"),
    ops.Permute: Calls("torch.permute(a, op.axes)", "jnp.transpose(a, op.axes)"),
    ops.BroadcastTo: Calls("torch.broadcast_to(a, op.shape)", "jnp.broadcast_to(a, op.shape)"),
    ops.Summation: Calls(
        "torch.sum(a, op.axes, op.keepdims) if op.axes else torch.clone(a)",
        "jnp.sum(a, op.axes, keepdims=op.keepdims)",
    ),
    ops.Step: Calls("- heaviside has no derivative", "jnp.heaviside(a, 0.0)"),
    ops.Sign: Calls("torch.sign(a)", "jnp.sign(a)"),
    ops.ReLU: Calls("torch.relu(a)", "jax.nn.relu(a)"),
    ops.Abs: Calls("torch.abs(a)", "jnp.abs(a)"),
    ops.Compare: Calls("torch.sign(a - b)", "jnp.sign(a - b)"),
    ops.Maximum: Calls("torch.maximum(a, b)", "jnp.maximum(a, b)"),
    ops.Minimum: Calls("torch.minimum(a, b)", "jnp.minimum(a, b)"),
    ops.Where: Calls("torch.where(a != 0, b, c)", "jnp.where(a != 0, b, c)"),
    ops.Gaussian: Calls("- not one function", "- not one function"),
    ops.Erf: Calls("torch.special.erf(a)", "jax.scipy.special.erf(a)"),
    ops.Erfc: Calls("torch.special.erfc(a)", "jax.scipy.special.erfc(a)"),
    ops.Ndtr: Calls("torch.special.ndtr(a)", "jax.scipy.special.ndtr(a)"),
    ops.TanhNdtr: Calls("- not one function", "- not one function"),
    ops.Exp: Calls("torch.exp(a)", "jnp.exp(a)"),
    ops.Log: Calls("torch.log(a)", "jnp.log(a)"),
    ops.Sigmoid: Calls("torch.sigmoid(a)", "jax.nn.sigmoid(a)"),
    ops.Tanh: Calls("torch.tanh(a)", "jnp.tanh(a)"),
    ops.Exp2: Calls("torch.exp2(a)", "jnp.exp2(a)"),
    ops.LogisticDensity: Calls("- not one function", "- not one function"),
    ops.Expm1: Calls("torch.expm1(a)", "jnp.expm1(a)"),
    ops.LogSigmoid: Calls("torch.nn.functional.logsigmoid(a)", "jax.nn.log_sigmoid(a)"),
    ops.Softplus: Calls("torch.nn.functional.softplus(a)", "jax.nn.softplus(a)"),
    ops.Silu: Calls("torch.nn.functional.silu(a)", "jax.nn.silu(a)"),
    ops.Softsign: Calls("torch.nn.functional.softsign(a)", "jax.nn.soft_sign(a)"),
    ops.Gelu: Calls(
        "torch.nn.functional.gelu(a, approximate=op.approximate)",
        "jax.nn.gelu(a, approximate=op.approximate == 'tanh')",
    ),
    ops.Elu: Calls("torch.nn.functional.elu(a, op.alpha)", "jax.nn.elu(a, op.alpha)"),
    ops.Tanhshrink: Calls("torch.nn.functional.tanhshrink(a)", "- not there"),
    ops.EWiseAdd: Calls("torch.add(a, b)", "jnp.add(a, b)"),
    ops.AddScalar: Calls("torch.add(a, op.scalar)", "jnp.add(a, op.scalar)"),
    ops.EWiseMul: Calls("torch.multiply(a, b)", "jnp.multiply(a, b)"),
    ops.MulScalar: Calls("torch.multiply(a, op.scalar)", "jnp.multiply(a, op.scalar)"),
    ops.EWiseDiv: Calls("torch.divide(a, b)", "jnp.divide(a, b)"),
    ops.DivScalar: Calls("torch.divide(a, op.scalar)", "jnp.divide(a, op.scalar)"),
    ops.Negate: Calls("torch.negative(a)", "jnp.negative(a)"),
    ops.Diagonal: Calls("torch.diagonal(a, op.offset, *op.axes)", "jnp.diagonal(a, op.offset, *op.axes)"),
    ops.PutDiagonal: Calls(
        "torch.diagonal_scatter(torch.zeros(op.shape, dtype=a.dtype), a, op.offset, *op.axes)",
        "- diag takes vectors only",
    ),
    ops.Einsum: Calls("torch.einsum(op.subscripts, a, b)", "jnp.einsum(op.subscripts, a, b)"),
    ops.GetItem: Calls("a[op.index]", "a[op.index]"),
    ops.PutItem: Calls(
        "put(torch.zeros(op.shape, dtype=a.dtype), op.index, a)",
        "jnp.zeros(op.shape, a.dtype).at[op.index].set(a)",
    ),
    ops.GetItems: Calls("a[items]", "a[items]"),
    ops.ScatterAdd: Calls(
        "torch.zeros(prod(op.shape), dtype=a.dtype).index_add(0, torch.from_numpy(places), "
        "a.reshape(-1)).reshape(op.shape)",
        "jnp.zeros(op.shape, a.dtype).at[items].add(a)",
    ),
    ops.LeakyReLU: Calls("torch.nn.functional.leaky_relu(a, op.slope)", "jax.nn.leaky_relu(a, op.slope)"),
    ops.Hardtanh: Calls(
        "torch.nn.functional.hardtanh(a, op.low, op.high)",
        "jax.nn.hard_tanh(a) if (op.low, op.high) == (-1.0, 1.0) else refuse()",
    ),
    ops.Clip: Calls("torch.clamp(a, op.low, op.high)", "jnp.clip(a, op.low, op.high)"),
    ops.MatMul: Calls("torch.matmul(a, b)", "jnp.matmul(a, b)"),
    ops.Unfold: Calls("- unfold and fold have another layout, and fold two axes only", "- not there"),
    ops.Fold: Calls("- unfold and fold have another layout, and fold two axes only", "- not there"),
    ops.Conv1d: Calls(
        "back(torch.nn.functional.conv1d(rows(a, 2), b, None, op.stride, op.padding, "
        "op.dilation, op.groups), 2)",
        "back(jax.lax.conv_general_dilated(rows(a, 2), b, op.stride, edges, "
        "rhs_dilation=op.dilation, feature_group_count=op.groups), 2)",
    ),
    ops.Conv2d: Calls(
        "back(torch.nn.functional.conv2d(rows(a, 3), b, None, op.stride, op.padding, "
        "op.dilation, op.groups), 3)",
        "back(jax.lax.conv_general_dilated(rows(a, 3), b, op.stride, edges, "
        "rhs_dilation=op.dilation, feature_group_count=op.groups), 3)",
    ),
    ops.Concatenate: Calls("torch.cat(values, op.axis)", "jnp.concatenate(values, op.axis)"),
    ops.Stack: Calls("torch.stack(values, op.axis)", "jnp.stack(values, op.axis)"),
    ops.Recurrence: Calls("- not one function", "- not one function"),
    ops.CumSum: Calls("flipped(torch.cumsum(flipped(a), op.axis))", "jax.lax.cumsum(a, op.axis, op.reverse)"),
    ops.CumProd: Calls(
        "flipped(torch.cumprod(flipped(a), op.axis))", "jax.lax.cumprod(a, op.axis, op.reverse)"
    ),
    ops.LogCumSumExp: Calls(
        "flipped(torch.logcumsumexp(flipped(a), op.axis))", "jax.lax.cumlogsumexp(a, op.axis, op.reverse)"
    ),
    ops.CumMax: Calls(
        "flipped(torch.cummax(flipped(a), op.axis).values)", "jax.lax.cummax(a, op.axis, op.reverse)"
    ),
    ops.CumMin: Calls(
        "flipped(torch.cummin(flipped(a), op.axis).values)", "jax.lax.cummin(a, op.axis, op.reverse)"
    ),
    ops.Diff: Calls("torch.diff(a, dim=op.axis)", "jnp.diff(a, axis=op.axis)"),
    ops.Tril: Calls("torch.tril(a, op.offset)", "jnp.tril(a, op.offset)"),
    ops.Triu: Calls("torch.triu(a, op.offset)", "jnp.triu(a, op.offset)"),
    ops.Inv: Calls("torch.linalg.inv(a)", "jnp.linalg.inv(a)"),
    ops.Solve: Calls("torch.linalg.solve(a, b)", "jnp.linalg.solve(a, b)"),
    ops.SolveTriangular: Calls(
        "torch.linalg.solve_triangular(a.mT if op.trans else a, b, "
        "upper=op.lower == op.trans, unitriangular=op.unit_diagonal)",
        "jax.scipy.linalg.solve_triangular(a, b, trans=int(op.trans), lower=op.lower, "
        "unit_diagonal=op.unit_diagonal)",
    ),
    ops.Det: Calls("torch.linalg.det(a)", "jnp.linalg.det(a)"),
    ops.SlogDet: Calls(
        "torch.stack(tuple(torch.linalg.slogdet(a)), -1)", "jnp.stack(tuple(jnp.linalg.slogdet(a)), -1)"
    ),
    ops.Cholesky: Calls("torch.linalg.cholesky((a + a.mT) / 2)", "jnp.linalg.cholesky(a)"),
    ops.QR: Calls("packed_qr(*torch.linalg.qr(a))", "packed_qr(*jnp.linalg.qr(a))"),
    ops.Flip: Calls("torch.flip(a, op.axes)", "jnp.flip(a, op.axes)"),
    ops.Roll: Calls("torch.roll(a, op.shifts, op.axes)", "jnp.roll(a, op.shifts, op.axes)"),
    ops.Rot90: Calls("torch.rot90(a, op.turns, op.axes)", "jnp.rot90(a, op.turns, op.axes)"),
    ops.Hardsigmoid: Calls("torch.nn.functional.hardsigmoid(a)", "jax.nn.hard_sigmoid(a)"),
    ops.Hardswish: Calls("torch.nn.functional.hardswish(a)", "jax.nn.hard_swish(a)"),
    ops.Softshrink: Calls("torch.nn.functional.softshrink(a, op.width)", "- not there"),
    ops.Hardshrink: Calls("torch.nn.functional.hardshrink(a, op.width)", "- not there"),
    ops.EWisePow: Calls("torch.pow(a, b)", "jnp.power(a, b)"),
    ops.PowerScalar: Calls("torch.pow(a, op.scalar)", "jnp.power(a, op.scalar)"),
    ops.Sqrt: Calls("torch.sqrt(a)", "jnp.sqrt(a)"),
    ops.Square: Calls("torch.square(a)", "jnp.square(a)"),
    ops.Reciprocal: Calls("torch.reciprocal(a)", "jnp.reciprocal(a)"),
    ops.Rsqrt: Calls("torch.rsqrt(a)", "jax.lax.rsqrt(a)"),
    ops.Cbrt: Calls("- not there", "jnp.cbrt(a)"),
    ops.Sinh: Calls("torch.sinh(a)", "jnp.sinh(a)"),
    ops.Cosh: Calls("torch.cosh(a)", "jnp.cosh(a)"),
    ops.Arcsinh: Calls("torch.arcsinh(a)", "jnp.arcsinh(a)"),
    ops.Arccosh: Calls("torch.arccosh(a)", "jnp.arccosh(a)"),
    ops.Arctanh: Calls("torch.arctanh(a)", "jnp.arctanh(a)"),
    ops.Log2: Calls("torch.log2(a)", "jnp.log2(a)"),
    ops.Log10: Calls("torch.log10(a)", "jnp.log10(a)"),
    ops.Log1p: Calls("torch.log1p(a)", "jnp.log1p(a)"),
    ops.Xlogy: Calls("torch.special.xlogy(a, b)", "jax.scipy.special.xlogy(a, b)"),
    ops.Logit: Calls("torch.special.logit(a)", "jax.scipy.special.logit(a)"),
    ops.Softmax: Calls(
        "torch.softmax(a, *op.axes) if len(op.axes) == 1 else refuse()", "jax.nn.softmax(a, op.axes)"
    ),
    ops.LogSoftmax: Calls(
        "torch.log_softmax(a, *op.axes) if len(op.axes) == 1 else refuse()", "jax.nn.log_softmax(a, op.axes)"
    ),
    ops.CrossEntropy: Calls(
        "torch.nn.functional.cross_entropy(a.reshape(-1, a.shape[-1]), b.reshape(-1, "
        "a.shape[-1]), reduction=op.reduction)",
        "- in the package optax",
    ),
    ops.BCEWithLogits: Calls(
        "torch.nn.functional.binary_cross_entropy_with_logits(*torch.broadcast_tensors(a, "
        "b), reduction='none')",
        "- in the package optax",
    ),
    ops.Huber: Calls(
        "torch.nn.functional.huber_loss(a, torch.zeros_like(a), reduction='none', delta=op.delta)",
        "- in the package optax",
    ),
    ops.MatrixPower: Calls(
        "torch.linalg.matrix_power(a, op.exponent)", "jnp.linalg.matrix_power(a, op.exponent)"
    ),
    ops.Expm: Calls("torch.linalg.matrix_exp(a)", "jax.scipy.linalg.expm(a)"),
    ops.IsNan: Calls("torch.isnan(a).to(a.dtype)", "jnp.isnan(a).astype(a.dtype)"),
    ops.IsFinite: Calls("torch.isfinite(a).to(a.dtype)", "jnp.isfinite(a).astype(a.dtype)"),
    ops.Fmax: Calls("torch.fmax(a, b)", "jnp.fmax(a, b)"),
    ops.Fmin: Calls("torch.fmin(a, b)", "jnp.fmin(a, b)"),
    ops.NanToNum: Calls(
        "torch.nan_to_num(a, op.nan, op.posinf, op.neginf)",
        "jnp.nan_to_num(a, nan=op.nan, posinf=op.posinf, neginf=op.neginf)",
    ),
    ops.Max: Calls(
        "torch.amax(a, op.axes, op.keepdims) if op.axes else torch.clone(a)",
        "jnp.max(a, op.axes, keepdims=op.keepdims)",
    ),
    ops.Min: Calls(
        "torch.amin(a, op.axes, op.keepdims) if op.axes else torch.clone(a)",
        "jnp.min(a, op.axes, keepdims=op.keepdims)",
    ),
    ops.Prod: Calls(
        "torch.prod(a, *op.axes, op.keepdims) if len(op.axes) == 1 else refuse()",
        "jnp.prod(a, op.axes, keepdims=op.keepdims)",
    ),
    ops.LogSumExp: Calls(
        "torch.logsumexp(a, op.axes, op.keepdims) if op.axes else torch.clone(a)",
        "jax.scipy.special.logsumexp(a, op.axes, keepdims=op.keepdims)",
    ),
    ops.SumOfSquares: Calls("- not one function", "- not one function"),
    ops.Mean: Calls(
        "torch.mean(a, op.axes, op.keepdims) if op.axes else torch.clone(a)",
        "jnp.mean(a, op.axes, keepdims=op.keepdims)",
    ),
    ops.Var: Calls(
        "torch.var(a, op.axes, correction=op.ddof, keepdim=op.keepdims) if op.axes else a - a",
        "jnp.var(a, op.axes, ddof=op.ddof, keepdims=op.keepdims)",
    ),
    ops.Std: Calls(
        "torch.std(a, op.axes, correction=op.ddof, keepdim=op.keepdims) if op.axes else a - a",
        "jnp.std(a, op.axes, ddof=op.ddof, keepdims=op.keepdims)",
    ),
    ops.LayerNorm: Calls(
        "torch.nn.functional.layer_norm(a, trailing(op.axes), eps=op.eps)",
        "jax.nn.standardize(a, axis=op.axes, epsilon=op.eps)",
    ),
    ops.RMSNorm: Calls("torch.nn.functional.rms_norm(a, trailing(op.axes), eps=op.eps)", "- not there"),
    ops.Norm: Calls(
        "torch.linalg.vector_norm(a, op.order, op.axes, op.keepdims) if op.axes else torch.abs(a)",
        "jnp.linalg.vector_norm(a, axis=op.axes, keepdims=op.keepdims, ord=op.order)",
    ),
    ops.Pad: Calls(
        "torch.nn.functional.pad(a, [n for pair in op.widths[::-1] for n in pair], value=op.value)",
        "jnp.pad(a, op.widths, constant_values=op.value)",
    ),
    ops.DivPower: Calls("- not one function", "- not one function"),
    ops.PolarMonomial: Calls("- not one function", "- not one function"),
    ops.PowerLog: Calls("- not one function", "- not one function"),
    ops.Arctan2: Calls("torch.arctan2(a, b)", "jnp.arctan2(a, b)"),
    ops.Hypot: Calls("torch.hypot(a, b)", "jnp.hypot(a, b)"),
    ops.LogAddExp: Calls("torch.logaddexp(a, b)", "jnp.logaddexp(a, b)"),
    ops.LogAddExp2: Calls("torch.logaddexp2(a, b)", "jnp.logaddexp2(a, b)"),
    ops.Copysign: Calls("torch.copysign(a, b)", "jnp.copysign(a, b)"),
    ops.RelEntr: Calls("- not one function", "jax.scipy.special.rel_entr(a, b)"),
    ops.MaxPool1d: Calls(
        "back(torch.nn.functional.max_pool1d(rows(a, 1), op.size, op.stride, op.padding), 1)",
        "back(jax.lax.reduce_window(rows(a, 1), -jnp.inf, jax.lax.max, (1, *op.size), (1, "
        "*op.stride), [(0, 0), *edges]), 1)",
    ),
    ops.MaxPool2d: Calls(
        "back(torch.nn.functional.max_pool2d(rows(a, 2), op.size, op.stride, op.padding), 2)",
        "back(jax.lax.reduce_window(rows(a, 2), -jnp.inf, jax.lax.max, (1, *op.size), (1, "
        "*op.stride), [(0, 0), *edges]), 2)",
    ),
    ops.AvgPool1d: Calls(
        "back(torch.nn.functional.avg_pool1d(rows(a, 1), op.size, op.stride, op.padding), 1)",
        "back(jax.lax.reduce_window(rows(a, 1), 0.0, jax.lax.add, (1, *op.size), (1, "
        "*op.stride), [(0, 0), *edges]), 1) / prod(op.size)",
    ),
    ops.AvgPool2d: Calls(
        "back(torch.nn.functional.avg_pool2d(rows(a, 2), op.size, op.stride, op.padding), 2)",
        "back(jax.lax.reduce_window(rows(a, 2), 0.0, jax.lax.add, (1, *op.size), (1, "
        "*op.stride), [(0, 0), *edges]), 2) / prod(op.size)",
    ),
    ops.Pinv: Calls("torch.linalg.pinv(a)", "jnp.linalg.pinv(a)"),
    ops.Floor: Calls("torch.floor(a)", "jnp.floor(a)"),
    ops.Ceil: Calls("torch.ceil(a)", "jnp.ceil(a)"),
    ops.Round: Calls("torch.round(a)", "jnp.round(a)"),
    ops.Trunc: Calls("torch.trunc(a)", "jnp.trunc(a)"),
    ops.RemainderScalar: Calls("torch.remainder(a, op.divisor)", "jnp.remainder(a, op.divisor)"),
    ops.FloorDivide: Calls("torch.div(a, b, rounding_mode='floor')", "jnp.floor_divide(a, b)"),
    ops.Remainder: Calls("torch.remainder(a, b)", "jnp.remainder(a, b)"),
    ops.Celu: Calls("torch.nn.functional.celu(a, op.alpha)", "jax.nn.celu(a, op.alpha)"),
    ops.Selu: Calls("torch.nn.functional.selu(a)", "jax.nn.selu(a)"),
    ops.Mish: Calls("torch.nn.functional.mish(a)", "jax.nn.mish(a)"),
    ops.SVD: Calls(
        "packed_svd(*torch.linalg.svd(a, full_matrices=False))",
        "packed_svd(*jnp.linalg.svd(a, full_matrices=False))",
    ),
    ops.Svdvals: Calls("torch.linalg.svdvals(a)", "jnp.linalg.svd(a, compute_uv=False)"),
    ops.Sort: Calls("torch.sort(a, dim=op.axis).values", "jnp.sort(a, axis=op.axis)"),
    ops.Eigh: Calls("packed_eigh(*torch.linalg.eigh((a + a.mT) / 2))", "packed_eigh(*jnp.linalg.eigh(a))"),
    ops.Eigvalsh: Calls("torch.linalg.eigvalsh((a + a.mT) / 2)", "jnp.linalg.eigvalsh(a)"),
    ops.Tile: Calls("torch.tile(a, op.reps)", "jnp.tile(a, op.reps)"),
    ops.Repeat: Calls("torch.repeat_interleave(a, op.count, op.axis)", "jnp.repeat(a, op.count, op.axis)"),
    ops.Sin: Calls("torch.sin(a)", "jnp.sin(a)"),
    ops.Cos: Calls("torch.cos(a)", "jnp.cos(a)"),
    ops.Tan: Calls("torch.tan(a)", "jnp.tan(a)"),
    ops.Arcsin: Calls("torch.arcsin(a)", "jnp.arcsin(a)"),
    ops.Arccos: Calls("torch.arccos(a)", "jnp.arccos(a)"),
    ops.Arctan: Calls("torch.arctan(a)", "jnp.arctan(a)"),
    ops.Sinc: Calls(
        "torch.sinc(a) if op.order == 0 else refuse()", "jnp.sinc(a) if op.order == 0 else refuse()"
    ),
    ops.SetItem: Calls("put(torch.clone(a), items, b)", "a.at[items].set(b)"),
}
"""Every op of the catalogue."""
