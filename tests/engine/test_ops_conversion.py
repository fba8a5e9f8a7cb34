import numpy as np

from engine import AsType, Tensor, astype, identity, ones_like, pullback, pushforward, zeros_like
from engine.dtype import FLOAT32, FLOAT64


def test_astype_rounds_and_its_adjoint_has_the_dtype_of_the_input() -> None:
    x = Tensor([0.1, 1 / 3])
    y = astype(x, "float32")
    (x_bar,) = pullback(y, [x], Tensor([2.0, 3.0], dtype="float32"))
    (tangent,) = pushforward([y], [x], [Tensor([2.0, 3.0])])
    assert y.op == AsType(FLOAT32)
    assert y.numpy().tolist() == np.array([0.1, 1 / 3], np.float32).tolist()
    assert (x_bar.dtype, x_bar.numpy().tolist()) == (FLOAT64, [2.0, 3.0])
    assert (tangent.dtype, tangent.numpy().tolist()) == (FLOAT32, [2.0, 3.0])


def test_astype_to_the_dtype_that_is_there_is_the_value_itself() -> None:
    x = Tensor([1.0])
    assert astype(x, np.float64) is x
    assert x.astype("float64") is x


def test_identity_is_a_second_name_that_shares_the_array() -> None:
    x = Tensor([1.0, 2.0])
    y = identity(x)
    assert y is not x
    assert y.realize_cached_data() is x.realize_cached_data()
    assert [x_bar.numpy().tolist() for x_bar in pullback(y * x, [y])] == [[1.0, 2.0]]


def test_zeros_and_ones_are_constants_of_the_same_shape_and_dtype() -> None:
    x = Tensor(np.full((2, 0, 3), 7.0, np.float32))
    for made in (zeros_like(x), ones_like(x)):
        assert (made.shape, made.dtype, made.requires_grad) == ((2, 0, 3), FLOAT32, False)
    assert zeros_like(Tensor([5.0])).item() == 0.0
    assert ones_like(Tensor([5.0])).item() == 1.0
