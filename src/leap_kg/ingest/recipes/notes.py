"""What is kept of a run beside its account and its log, so that it can be published later, or once more."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from leap_kg.graph.home import Home, HomeError
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.recipes.account import read_account
from leap_kg.ingest.recipes.checkout import NoFeedstock, read_checkout
from leap_kg.ingest.recipes.environments import Environment
from leap_kg.ingest.recipes.mapping import Run
from leap_kg.ingest.recipes.place import Place
from leap_kg.ingest.recipes.process import JobFailed, read_json
from leap_kg.ingest.recipes.staging import Staging

_FILE = "run.json"


@dataclass(frozen=True, slots=True)
class Note:
    """What was noted of a run; `findings` are those of the checks, `former` is what the next run wants to know."""

    folder: Path
    home: Home
    place: Place
    findings: Sequence[Mapping[str, Any]]
    former: Mapping[str, Any]
    said: Mapping[str, Any]

    def run(self, name: str, base: str) -> Run:
        """The run as it was; raises `HomeError` if its feedstock is another now, or its account cannot be read."""
        try:
            checkout = read_checkout(Path(self.said["feedstock"]), self.said["repository"])
        except (NoFeedstock, Unreadable) as error:
            raise HomeError(f"the feedstock of the run {name} cannot be read any more: {error}") from None
        entry = next((each for each in checkout.feedstock.recipes if each.id == self.said["recipe"]), None)
        if entry is None or checkout.digest != self.said["digest"]:
            raise HomeError(f"the feedstock has changed since the run {name}: run the recipe again")
        staging = Staging.of(self.place.folder, checkout.repository.key, entry.id)
        staged = staging.folder if staging.folder.is_dir() else self.place.folder
        return Run(
            name,
            checkout,
            entry,
            self.said["runner"],
            Environment.of(self.said["runner"], self.home),
            datetime.fromisoformat(self.said["started"]),
            datetime.fromisoformat(self.said["ended"]),
            read_account(self.folder / "account.jsonld", staged, base),
            self.said.get("settings", {}),
            self.said.get("pruned") is True,
        )


def write_note(
    folder: Path, run: Run, place: Place, findings: Sequence[Mapping[str, Any]], former: Mapping[str, Any]
) -> None:
    """Note the run in its folder."""
    noted = {
        "feedstock": str(run.checkout.folder.resolve()),
        "repository": run.checkout.repository.display,
        "digest": run.checkout.digest,
        "recipe": run.entry.id,
        "runner": run.runner,
        "settings": dict(run.settings),
        "pruned": run.pruned,
        "target": str(place.folder),
        "url": place.url,
        "former": dict(former),
        "started": run.started.isoformat(),
        "ended": run.ended.isoformat(),
        "findings": list(findings),
    }
    (folder / _FILE).write_text(json.dumps(noted), encoding="utf-8")


def read_note(folder: Path, home: Home) -> Note:
    """The note in the folder of a run; raises `HomeError` if there is none."""
    if not (folder / _FILE).is_file():
        raise HomeError(f"there is no run {folder.name} that made a store: see {folder.parent}")
    try:
        said = read_json(folder / _FILE)
        place = Place(Path(said["target"]), said["url"])
        return Note(folder, home, place, said["findings"], said["former"], said)
    except (JobFailed, KeyError, TypeError) as error:
        raise HomeError(f"the note of the run {folder.name} cannot be read ({error}): run the recipe again") from None
