"""The collections of records: one for all, and one for each sort of thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A collection: `kinds` are the kinds of nodes that are its records."""

    id: str
    title: str
    description: str
    kinds: tuple[str, ...]


_PARTS = (
    Catalogue("datasets", "Datasets", "What the platform publishes as data", ("dataset",)),
    Catalogue("stores", "Stores and files", "Where data lie: Zarr stores and data files", ("store", "file")),
    Catalogue(
        "software",
        "Software",
        "Repositories, programs, notebooks, recipes and models",
        ("repository", "software", "notebook", "recipe", "model"),
    ),
    Catalogue("publications", "Publications", "Papers and other works", ("paper", "work", "training")),
)
CATALOGUES = {
    each.id: each
    for each in (
        Catalogue("all", "All records", "Everything below", tuple(kind for part in _PARTS for kind in part.kinds)),
        *_PARTS,
    )
}
"""By their ids."""
