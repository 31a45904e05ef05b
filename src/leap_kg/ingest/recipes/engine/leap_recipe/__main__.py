"""The process of a recipe: `python -m leap_recipe JOB.json`, where the job says what to run and where to put it.

Ends with 0, or with 1 and a file that says why. When whoever started it is killed, it ends too, with all that it has
started.
"""

import gc
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from .account import Made, write_account
from .declaration import ICECHUNK, Recipe
from .failing import Failed, write_failure
from .guarding import guarded
from .inputs import Inputs
from .secrecy import conceal, look_at_nobody

_ROOTS = (".zgroup", "zarr.json")
_OURS = ("probe", "upload", "current")
"""Tasks that need credentials, and run no code of a recipe."""

_Engine = Callable[[Any, Inputs, Mapping[str, int]], dict[str, int]]


def main(job: Mapping[str, Any]) -> None:
    """Do what the job says; raises what goes wrong."""
    if job["task"] == "verify":
        _verify(job)
    elif job["task"] in _OURS:
        _send(job)
    elif job["task"] == "conventions":
        from .conventions import check

        found = {path: check(Path(header)) for path, header in job["headers"].items()}
        Path(job["outcome"]).write_text(json.dumps(found), encoding="utf-8")
    else:
        _run(job)


def _run(job: Mapping[str, Any]) -> None:
    from .former import Former, Past, addresses, fingerprint
    from .loading import load

    started, staging = _now(), Path(job["staging"])
    former = Former.read(job["former"])
    inputs = Inputs(Path(job["inputs"]), pause=job["pause"], known=dict(former.inputs))
    created = _created(job, inputs)
    module = load(Path(job["folder"]), job["module"], job["settings"], {"TARGET_STORAGE": str(staging)}, created)
    recipes = dict(_recipes(module, job))
    taken: Mapping[str, str] = job.get("taken", {})  # those who only want the store name no target
    for recipe in recipes.values():
        if isinstance(recipe, Recipe) and recipe.store in taken:
            raise Failed("target", taken[recipe.store])
    now = {
        key: Past(
            fingerprint(recipe, job, module),
            addresses(recipe.files.items(job["prune"])) if isinstance(recipe, Recipe) else _urls(created),
        )
        for key, recipe in recipes.items()
    }
    if former.same(now, inputs):
        Path(job["outcome"]).write_text(json.dumps({"unchanged": True}), encoding="utf-8")
        return
    made: list[Made] = []
    with _engine(job, module) as engine:
        for key, recipe in recipes.items():
            before = set(_stores(staging))
            inputs.used.clear()
            grows = isinstance(recipe, Recipe) and job["stores"]
            known = former.grown(key, now[key], recipe, inputs) if grows else {}
            now[key] = replace(now[key], lengths=engine(recipe, inputs, known))
            new = sorted(set(_stores(staging)) - before)
            referred = tuple(created.unfetched) if created else ()
            made += [Made(path, key, (*inputs.used, *referred)) for path in new]
            _finish([staging / path for path in new], recipe, job)
    if not made:
        raise Failed("feedstock", "the recipe wrote no store: it has to end in StoreToZarr, or be a leap_recipe.Recipe")
    unfetched = created.unfetched if created else []
    read = {
        each.path: [path for url in each.inputs if url in inputs.found and (path := inputs.found[url].path)]
        for each in made
    }
    outcome = {
        "unchanged": False,
        "exact": all(isinstance(recipe, Recipe) and recipe.prepare is None for recipe in recipes.values()),
        "inputs": read,
        "former": Former(now, inputs.found).written(),
    }
    Path(job["outcome"]).write_text(json.dumps(outcome), encoding="utf-8")
    write_account(Path(job["account"]), made, inputs.found.values(), unfetched, started, _now())


def _created(job: Mapping[str, Any], inputs: Inputs) -> Any:  # noqa: ANN401 - Beam has no types
    """What pipelines begin with; nothing where there are none."""
    if job["runner"] == "dask":
        return None
    with _staying():
        from .pipelines import Created

    text = (Path(job["folder"]) / f"{job['module']}.py").read_text(encoding="utf-8", errors="replace")
    return Created(inputs, job["prune"], remote="OpenWithKerchunk" in text)


@contextmanager
def _staying() -> Iterator[None]:
    """What is made meanwhile, such as modules, stays to the end and is not searched again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _urls(created: Any) -> tuple[str, ...]:  # noqa: ANN401 - Beam has no types
    """What pipelines read, all together; nothing if it is not fetched."""
    return tuple(created.urls) if created is not None and not created.unfetched else ()


@contextmanager
def _engine(job: Mapping[str, Any], module: ModuleType) -> Iterator[_Engine]:
    """What runs recipes, one after the other; given what their stores have already, it returns what they have."""
    staging, prune = Path(job["staging"]), job["prune"]
    if job["runner"] == "dask":
        with _staying():
            from . import regions

        yield lambda recipe, inputs, known: regions.run(recipe, inputs, job, module, known)
        return
    from . import pipelines

    def run(recipe: Any, inputs: Inputs, known: Mapping[str, int]) -> dict[str, int]:  # noqa: ANN401
        pipelines.run(recipe, inputs, staging, prune, options, job.get("taken", {}))
        return {}

    with pipelines.engine(job) as options:
        yield run


def _finish(stores: Sequence[Path], recipe: Any, job: Mapping[str, Any]) -> None:  # noqa: ANN401 - whatever a module has
    """Make the pyramids, put the marks of the build on stores, and consolidate their metadata."""
    if isinstance(recipe, Recipe) and recipe.icechunk:
        return  # a commit has all of that
    own = dict(recipe.attributes) if isinstance(recipe, Recipe) else {}
    for store in stores:
        if isinstance(recipe, Recipe) and recipe.pyramid:
            from .pyramids import build

            own |= build(store, recipe.pyramid)
        _sign(store, {**own, **job["attributes"]})


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
        if set(_ROOTS) & set(files) or folder.endswith(ICECHUNK):
            yield Path(folder).relative_to(staging).as_posix()
            below.clear()


def _sign(store: Path, attributes: Mapping[str, str]) -> None:
    """Put the marks of the build on a store, and consolidate its metadata."""
    import zarr

    zarr.open_group(str(store), mode="r+").attrs.update(attributes)
    zarr.consolidate_metadata(str(store))


def _verify(job: Mapping[str, Any]) -> None:
    from .verifying import verify

    found, headers = {}, {}
    for number, (path, read) in enumerate(job["stores"].items()):
        header = Path(job["headers"], f"header-{number}.nc")
        found[path] = verify(Path(job["staging"], path), read, job["exact"], job["access"], header)
        if header.is_file():
            headers[path] = str(header)
    Path(job["outcome"]).write_text(json.dumps({"found": found, "headers": headers}), encoding="utf-8")


def _send(job: Mapping[str, Any]) -> None:
    """What needs an object store."""
    from .reaching import probe
    from .uploading import current, upload

    target, done = job["target"], dict[str, str]()
    if job["task"] == "probe":
        done = probe(target, job["owner"], job["run"])
    for store in job.get("stores", ()):
        if job["task"] == "upload":
            done[store] = upload(Path(job["staging"], store), target, store, job["owner"], job["run"])
        else:
            done[store] = current(target, store)
    Path(job["outcome"]).write_text(json.dumps(done), encoding="utf-8")


def _explained(problem: BaseException) -> BaseException:
    """What to do about it, where a recipe asks for a variable that it was not granted."""
    frames = [frame for frame, _ in traceback.walk_tb(problem.__traceback__)]
    if isinstance(problem, KeyError) and frames and frames[-1].f_globals.get("__name__") == "os" and problem.args:
        name = problem.args[0]
        explained = Failed(
            "variable",
            f"the recipe asks for the variable {name}, which it may not see: let it through by --grant {name}",
        )
        explained.__cause__ = problem
        return explained
    return problem


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if given["task"] in _OURS:
        conceal()
    else:
        look_at_nobody()
    guarded(given["parent"])
    status = 0
    try:
        main(given)
    except BaseException as problem:  # noqa: BLE001 - whatever ends a recipe is told
        write_failure(Path(given["failure"]), _explained(problem))
        traceback.print_exception(problem)
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # what libraries do at the end may wait for ever for a process that was killed
