"""The names that ``from engine import *`` gives."""

from importlib import import_module
from pkgutil import walk_packages

import engine
from engine import CATALOGUE, ops


def test_the_engine_offers_every_name_of_its_ops_and_they_every_name_of_their_families() -> None:
    families = [import_module(found.name) for found in walk_packages(ops.__path__, "engine.ops.")]
    listed = [name for family in families for name in getattr(family, "__all__", ())]
    assert sorted(listed) == sorted(ops.__all__)
    assert set(ops.__all__) <= set(engine.__all__)


def test_every_op_of_the_catalogue_is_offered_beside_its_function() -> None:
    assert set(CATALOGUE) <= set(ops.__all__)


def test_every_name_that_is_offered_exists_once() -> None:
    assert len(set(engine.__all__)) == len(engine.__all__)
    assert all(hasattr(engine, name) for name in engine.__all__)
