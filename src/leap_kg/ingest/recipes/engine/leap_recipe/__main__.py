"""The process of a recipe: `python -m leap_recipe JOB.json`, where the job says what to run and where to put it.

Ends with 0, or with 1 and a file that says why. When whoever started it is killed, the system ends it too.
"""

import ctypes
import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .account import Made, write_account
from .declaration import Recipe
from .failing import Failed, write_failure
from .inputs import Inputs

_PR_SET_PDEATHSIG = 1
_ROOTS = (".zgroup", "zarr.json")


def main(job: Mapping[str, Any]) -> None:
    """Do what the job says; raises what goes wrong."""
    if job["task"] == "verify":
        _verify(job)
    else:
        _run(job)


def _run(job: Mapping[str, Any]) -> None:
    from .loading import load

    started, staging = _now(), Path(job["staging"])
    inputs = Inputs(Path(job["inputs"]), pause=job["pause"])
    text = (Path(job["folder"]) / f"{job['module']}.py").read_text(encoding="utf-8", errors="replace")
    if job["runner"] == "direct":
        from .pipelines import Created

        created = Created(inputs, job["prune"], remote="OpenWithKerchunk" in text)
    else:
        created = None
    places = {"TARGET_STORAGE": str(staging)}
    module = load(Path(job["folder"]), job["module"], job["settings"], places, created)
    made: list[Made] = []
    exact = True
    for key, recipe in _recipes(module, job):
        before = set(_stores(staging))
        inputs.used.clear()
        if job["runner"] == "direct":
            from . import pipelines

            pipelines.run(recipe, inputs, staging, job["prune"])
        else:
            from . import regions

            regions.run(recipe, inputs, staging, job["prune"], job["workers"], module)
        exact = exact and isinstance(recipe, Recipe) and recipe.prepare is None
        new = sorted(set(_stores(staging)) - before)
        referred = tuple(created.unfetched) if created else ()
        made += [Made(path, key, (*inputs.used, *referred)) for path in new]
        own = recipe.attributes if isinstance(recipe, Recipe) else {}
        for path in new:
            _sign(staging / path, {**own, **job["attributes"]})
    if not made:
        raise Failed("feedstock", "the recipe wrote no store: it has to end in StoreToZarr, or be a leap_recipe.Recipe")
    unfetched = created.unfetched if created else []
    read = {each.path: [inputs.found[url].path for url in each.inputs if url in inputs.found] for each in made}
    Path(job["outcome"]).write_text(json.dumps({"exact": exact, "inputs": read}), encoding="utf-8")
    write_account(Path(job["account"]), made, inputs.found.values(), unfetched, started, _now())


def _recipes(module: Any, job: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - a module
    try:
        found = getattr(module, job["object"])
    except AttributeError:
        raise Failed("feedstock", f"{job['module']}.py defines no {job['object']}: meta.yaml names it") from None
    if not job["dictionary"]:
        yield "", found
        return
    if not isinstance(found, Mapping) or not found:
        raise Failed("feedstock", f"{job['object']} is to be a dictionary of recipes: write object: in meta.yaml")
    yield from ((str(key), each) for key, each in found.items())


def _stores(staging: Path) -> Iterator[str]:
    """The stores below the staging place, none within another."""
    for folder, below, files in os.walk(staging):
        if set(_ROOTS) & set(files):
            yield Path(folder).relative_to(staging).as_posix()
            below.clear()


def _sign(store: Path, attributes: Mapping[str, str]) -> None:
    """Put the marks of the build on a store, and consolidate its metadata."""
    import zarr

    zarr.open_group(str(store), mode="r+").attrs.update(attributes)
    zarr.consolidate_metadata(str(store))


def _verify(job: Mapping[str, Any]) -> None:
    from .verifying import verify

    found = {path: verify(Path(job["staging"], path), read, job["exact"]) for path, read in job["stores"].items()}
    Path(job["outcome"]).write_text(json.dumps(found), encoding="utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _end_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("whoever started this process is gone")


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    _end_with(given["parent"])
    try:
        main(given)
    except BaseException as problem:  # noqa: BLE001 - whatever ends a recipe is told
        write_failure(Path(given["failure"]), problem)
        traceback.print_exception(problem)
        sys.exit(1)
