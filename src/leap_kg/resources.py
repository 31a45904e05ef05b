"""Finds the declarations (`ontology/`, `sparql/`, `web/`), in a checkout or inside an installed wheel."""

from functools import cache
from pathlib import Path


@cache
def declarations() -> Path:
    """The folder that holds `ontology/`, `sparql/` and `web/`: the checkout's root, else the wheel's data."""
    package = Path(__file__).resolve().parent
    checkout = package.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / "ontology" / "leap.ttl").is_file():
        return checkout
    return package / "_declarations"
