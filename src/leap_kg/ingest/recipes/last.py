"""What was last published of a recipe at a place, so that a run may find that there is nothing to do, or little.

It is forgotten before a store takes its place and noted when the graph shows it, so it never speaks of a store that is
not there; what it says is believed only while the store in its place is that of the run it names.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.environments import Environment
from leap_kg.ingest.recipes.place import Place
from leap_kg.ingest.recipes.process import JobFailed, read_json
from leap_kg.ingest.recipes.staging import Staging
from leap_kg.ontology.iri import digest


@dataclass(frozen=True, slots=True)
class Last:
    """A run that was published: its name, its stores below the place, the feedstock's digest, and the revision that
    shows it; `former` is what the recipe's process wants to know of it. It was `pruned` if it took some inputs only."""

    run: str
    stores: Sequence[str]
    digest: str
    revision: int
    former: Mapping[str, Any]
    pruned: bool = False

    @property
    def inputs(self) -> int:
        """How many inputs its stores have."""
        found = self.former.get("inputs") if isinstance(self.former, Mapping) else None
        return len(found) if isinstance(found, Mapping) else 0

    @classmethod
    def read(cls, home: Home, place: Place, staging: Staging, folder: Path, environment: Environment) -> "Last | None":
        """The last run, if what it published is what is there; `folder` is for what it takes to see that."""
        file = _file(home, place, staging)
        try:
            said = read_json(file) if file.is_file() else None
            last = cls(**said) if isinstance(said, dict) else None
        except (JobFailed, TypeError):
            return None
        if last is None or not last.stores:
            return None
        if place.url:
            there = place.current(last.stores, folder, environment)
            return last if all(there.get(store) == last.run for store in last.stores) else None
        return last if all(staging.holds(store, last.run) for store in last.stores) else None

    def write(self, home: Home, place: Place, staging: Staging) -> None:
        """Note it."""
        file = _file(home, place, staging)
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".part")
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)  # the inputs of the next run are compared with these addresses, tokens and all
        partial.write_text(json.dumps(asdict(self)), encoding="utf-8")
        partial.replace(file)


def forget(home: Home, place: Place, staging: Staging) -> None:
    """Nothing is known of the place from now on."""
    _file(home, place, staging).unlink(missing_ok=True)


def _file(home: Home, place: Place, staging: Staging) -> Path:
    return home.path.absolute() / "recipes" / "last" / f"{staging.name}-{digest(place.url or str(place.folder))}.json"
