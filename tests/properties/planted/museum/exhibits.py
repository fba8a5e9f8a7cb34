"""All exhibits of the museum."""

from __future__ import annotations

from tests.properties.planted.museum import (
    accumulation,
    aliasing,
    broadcasting,
    forward_mode,
    graph,
    laziness,
    second_order,
)
from tests.properties.planted.museum.exhibit import Exhibit

EXHIBITS: dict[str, Exhibit] = {
    exhibit.id: exhibit
    for family in (graph, accumulation, aliasing, broadcasting, second_order, forward_mode, laziness)
    for exhibit in family.EXHIBITS
}
"""Each by its id."""
