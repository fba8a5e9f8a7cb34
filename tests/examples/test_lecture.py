import numpy as np
import pytest

from engine import Tensor, grad, hessian, jacobian, pullback, silu, softmax, swish
from examples.lecture import (
    autoencoder_loss,
    autoencoder_program,
    cross_entropy_of,
    cross_entropy_program,
    l1_loss,
    l1_program,
    lecture_function,
    lecture_program,
    softmax_of,
    softmax_program,
    swish_program,
)
from properties import check_grads


def test_the_lectures_gradient() -> None:
    y_bar = grad(lecture_function, (0, 1))(2.0, 5.0)
    assert [entry.item() for entry in y_bar] == [5.5, 1.7163378145367738]


def test_the_gradient_is_a_graph_and_is_differentiated_again() -> None:
    """x̄₁ = 1/x₁ + x₂ and x̄₂ = x₁ − cos x₂, so the second derivatives are −1/x₁², 1 and sin x₂."""
    program = lecture_program()
    x1, x2 = program.inputs
    x1_bar, x2_bar = pullback(program.output, program.inputs)
    assert x1_bar.requires_grad
    assert [entry.item() for entry in pullback(x1_bar, [x1, x2])] == [-0.25, 1]
    assert [entry.item() for entry in pullback(x2_bar, [x1, x2])] == [1, np.sin(5.0)]
    (third,) = pullback(pullback(x1_bar, [x1])[0], [x1])
    assert third.item() == 0.25


def test_the_traces_own_gradients_are_differentiated_again() -> None:
    program = lecture_program()
    for gradient, row in zip(program.trace().gradients, ([-0.25, 1], [1, np.sin(5.0)]), strict=True):
        assert [entry.item() for entry in pullback(gradient, program.inputs)] == row


def test_the_hessian_is_symmetric() -> None:
    (a, b), (c, d) = hessian(lecture_function, (0, 1))(2.0, 5.0)
    assert [a.item(), b.item(), c.item(), d.item()] == [-0.25, 1, 1, np.sin(5.0)]


def test_the_lectures_function_passes_the_numbers_in_both_modes_and_orders() -> None:
    assert check_grads(lecture_function, (2.0, 5.0), order=2, seed=0).verdict == "PASS"


def test_swish_in_the_open_is_the_engines() -> None:
    program = swish_program()
    (k,) = program.inputs
    assert program.output.item() == swish(k).item() == silu(k).item()


def test_swish_at_0_has_slope_one_half() -> None:
    assert grad(swish)(0.0).item() == 0.5


def test_the_autoencoders_two_paths_add_up() -> None:
    """∇W = W x gᵀ + W g xᵀ, in whole and dyadic numbers: the path through the decoder, and through h."""
    program = autoencoder_program()
    w, x = (value.numpy() for value in program.inputs)
    g = w.T @ w @ x - x
    row = program.trace().row("W")
    assert row.adjoint is not None
    assert row.adjoint.tolist() == (w @ x @ g.T + w @ g @ x.T).tolist()
    paths = {part.user: part.value.tolist() for part in row.partials}
    assert paths == {"D": (w @ x @ g.T).tolist(), "h": (w @ g @ x.T).tolist()}
    assert program.output.item() == autoencoder_loss(*program.inputs).item() == (g * g).sum() / 2


def test_l1_regressions_gradient() -> None:
    """−Xᵀ sign(y − Xw)."""
    program = l1_program()
    named = {name: value.numpy() for value, name in program.names.items()}
    residual = named["y"] - named["X"] @ named["w"]
    row = program.trace().row("w")
    assert row.adjoint is not None
    assert row.adjoint.tolist() == (-named["X"].T @ np.sign(residual)).tolist()
    assert program.output.item() == np.abs(residual).sum()


def test_l1_regression_is_the_sum_of_absolute_residuals_of_vectors_too() -> None:
    x, y = Tensor([[1.0, 2.0], [3.0, -1.0]]), Tensor([1.0, -2.0])
    assert l1_loss(Tensor([0.5, -1.0]), x, y).item() == 7.0


def test_softmax_in_the_open_is_softmax() -> None:
    """Its trace shows the first row of its Jacobian, yᵢ (δᵢⱼ − yⱼ), which is exact where all yᵢ are ¼."""
    program = softmax_program()
    (z,) = program.inputs
    level = Tensor([3.0] * 4)
    assert softmax_of(level).numpy().tolist() == softmax(level).numpy().tolist() == [0.25] * 4
    assert jacobian(softmax_of)(level).numpy().tolist() == (np.eye(4) / 4 - 1 / 16).tolist()
    assert check_grads(softmax_of, (z,), seed=0).verdict == "PASS"
    row = program.trace().row("z")
    assert row.adjoint is not None
    assert row.adjoint.tolist() == jacobian(softmax_of)(z).numpy()[0].tolist()


def test_cross_entropys_gradient_is_softmax_less_the_target() -> None:
    program = cross_entropy_program()
    (z,) = program.inputs
    target = Tensor([1.0, 0.0, 0.0])
    assert check_grads(cross_entropy_of, (z, target), seed=0).verdict == "PASS"
    row = program.trace().row("z")
    assert row.adjoint is not None
    assert [part.user for part in row.partials] == ["v3", "v4"]
    assert row.adjoint.tolist() == (softmax(z).numpy() - np.array([1.0, 0.0, 0.0])).tolist()


@pytest.mark.parametrize("x2", [0.5, 5.0])
def test_the_lectures_function_is_what_it_says(x2: float) -> None:
    assert lecture_function(Tensor(2.0), Tensor(x2)).item() == np.log(2.0) + 2.0 * x2 - np.sin(x2)
