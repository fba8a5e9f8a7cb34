"""All exhibits of the museum."""

from __future__ import annotations

from tests.properties.planted.museum import (
    accumulation,
    aliasing,
    broadcasting,
    dtype,
    elementwise,
    forward_mode,
    graph,
    indexing,
    laziness,
    linalg,
    nn,
    numerics,
    reduction,
    second_order,
    shape,
)
from tests.properties.planted.museum.exhibit import Exhibit

FAMILIES = (
    elementwise,
    reduction,
    shape,
    indexing,
    linalg,
    nn,
    dtype,
    numerics,
    graph,
    accumulation,
    aliasing,
    broadcasting,
    second_order,
    forward_mode,
    laziness,
)

EXHIBITS: dict[str, Exhibit] = {exhibit.id: exhibit for family in FAMILIES for exhibit in family.EXHIBITS}
"""Each by its id."""
