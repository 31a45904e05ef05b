"""Where the stores of a recipe go: a folder of this machine, or an object store, which is written to at the very end.

For an object store a store is put together in a folder of the home, and looked at there; then it is uploaded by a
process that never sees the recipe's code and alone is given credentials.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from leap_kg.graph.home import Home, HomeError
from leap_kg.ingest.recipes.environments import Environment
from leap_kg.ingest.recipes.process import Bounds, JobFailed, read_json, run_job
from leap_kg.ingest.recipes.staging import Staging
from leap_kg.ontology.identifiers import Refusal, storage
from leap_kg.ontology.iri import digest

_OBJECTS = ("s3", "gs", "gcs")
_PROBING = 120.0
"""Seconds that an object store may take to be written to, and to list what it has."""


@dataclass(frozen=True, slots=True)
class Place:
    """A target: `folder` holds its stores, or, with the `url` of an object store, those that are not there yet."""

    folder: Path
    url: str = ""

    @classmethod
    def of(cls, target: str, default: Path, home: Home) -> "Place":
        """What `--target` names, the default for none; raises `HomeError` for what stores cannot be put into."""
        if not target:
            return cls(default)
        scheme = urlsplit(target).scheme
        if scheme == "file":
            return cls(Path(unquote(urlsplit(target).path)).absolute())
        if "://" not in target:
            return cls(Path(target).absolute())
        url = target.rstrip("/")
        found = storage.parse(url)
        if scheme not in _OBJECTS or isinstance(found, Refusal):
            raise HomeError(
                f"--target {target}: stores are put into folders of this machine, as a path or file:///path, and into "
                "object stores, as s3://bucket/folder or gs://bucket/folder"
            )
        return cls(home.path.absolute() / "recipes" / "uploads" / digest(url), url)

    def address(self, store: str, run: str) -> str:
        """Where a store of a run is for readers."""
        return f"{self.url}/versions/{run}/{store}" if self.url else (self.folder / store).absolute().as_uri()

    def name(self, store: str) -> str:
        """What stays the same when a later run makes the store anew."""
        return f"{self.url}/{store}" if self.url else str(self.folder / store)

    def shown(self, store: str, run: str) -> str:
        """The address as people write it."""
        return self.address(store, run) if self.url else str(self.folder / store)

    def taken(self, staging: Staging, run: str, folder: Path, environment: Environment) -> dict[str, str]:
        """What is there and is not of the recipe: the names of stores that it cannot put here, and what to do.

        Raises `JobFailed` if nothing can be put there, or removed, by this command.
        """
        if not self.url:
            return staging.taken()
        outcome = folder / "taken.json"
        job = {"task": "probe", "target": self.url, "owner": staging.name, "run": run, "outcome": str(outcome)}
        try:
            run_job(environment.python, folder, job, Bounds(_PROBING, ours=True))
            found = read_json(outcome)
        except JobFailed as error:
            if error.kind != "time":
                raise
            remedy = "check the network, and AWS_ENDPOINT_URL or endpoint_url in FSSPEC_GS if that is set"
            raise JobFailed("target", f"{self.url} does not answer within {_PROBING:g} s: {remedy}") from None
        finally:
            for each in ("tmp", "home"):
                shutil.rmtree(folder / each, ignore_errors=True)
        return {str(store): str(reason) for store, reason in found.items()}

    def upload(
        self, stores: Iterable[str], staged: Path, owner: str, run: str, folder: Path, environment: Environment,
        bounds: Bounds, tell: Callable[[str], object],
    ) -> None:  # fmt: skip
        """Put staged stores into the object store, and the pointers to them last; raises `JobFailed`."""
        job = {
            "task": "upload", "stores": list(stores), "staging": str(staged), "target": self.url, "owner": owner,
            "run": run, "outcome": str(folder / "uploaded.json"),
        }  # fmt: skip
        run_job(environment.python, folder, job, replace(bounds, ours=True), tell)

    def current(self, stores: Iterable[str], folder: Path, environment: Environment) -> dict[str, str]:
        """The run that each store in the object store is of, `""` for none that can be told."""
        job = {"task": "current", "stores": list(stores), "target": self.url, "outcome": str(folder / "current.json")}
        try:
            run_job(environment.python, folder, job, Bounds(ours=True))
            found = read_json(folder / "current.json")
        except JobFailed:
            return {}
        return {str(store): str(run) for store, run in found.items()} if isinstance(found, dict) else {}
