"""The names that ``from engine import *`` gives."""

import engine
from engine import ops


def test_the_engine_offers_every_name_of_its_ops() -> None:
    assert set(ops.__all__) <= set(engine.__all__)


def test_every_name_that_is_offered_exists_once() -> None:
    assert len(set(engine.__all__)) == len(engine.__all__)
    assert all(hasattr(engine, name) for name in engine.__all__)
