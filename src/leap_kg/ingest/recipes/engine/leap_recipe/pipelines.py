"""Runs recipes on Beam: those of Pangeo Forge as they are, and declared ones as a pipeline of its transforms.

What a pipeline is created from is fetched when its first item is asked for, all of it at once, and what follows opens
files of this machine.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.pipeline import PipelineVisitor
from pangeo_forge_recipes.patterns import ConcatDim, FilePattern, MergeDim
from pangeo_forge_recipes.transforms import (
    ConsolidateDimensionCoordinates,
    ConsolidateMetadata,
    StoreToZarr,
)

from .declaration import Item, Recipe
from .failing import Failed
from .flink import job_server
from .inputs import Inputs
from .opening import opened
from .outlining import outlined
from .timing import Times, times_encoding, times_of, together

_GROUPS: dict[int, list[str]] = {}
_INPUTS: list[Inputs] = []
"""Set once for the process: what is pickled with a pipeline must find the one that there is."""


class Created:
    """What stands for `Create(pattern.items())`: the same with its files fetched, and cut to `prune` a dimension.

    With `remote`, files stay where they are, as references to them need it; then only their addresses are noted.
    """

    def __init__(self, inputs: Inputs, prune: int, remote: bool) -> None:
        _INPUTS[:] = [inputs]
        self._prune = prune
        self._remote = remote
        self.unfetched: list[str] = []
        self.urls: list[str] = []

    def __call__(self, create: Callable[[Any], Any], pattern: Any) -> Any:  # noqa: ANN401 - whatever a recipe has
        """The beginning of a pipeline."""
        if not isinstance(pattern, FilePattern):
            return create(pattern.items())
        pruned = pattern.prune(self._prune) if self._prune else pattern
        items = [(index, str(url)) for index, url in pruned.items()]
        self.urls += [url for _, url in items]
        if self._remote:
            self.unfetched += [url for _, url in items]
            return create(items)
        number = len(_GROUPS)
        _GROUPS[number] = [url for _, url in items]
        return create(items) | f"Fetch inputs {number}" >> beam.Map(_localised, group=number)


@contextmanager
def engine(job: Mapping[str, Any]) -> Iterator[list[str]]:
    """What runs pipelines, for as long as a job takes; gives the options by which Beam finds it. Raises `Failed`."""
    if job["runner"] != "flink":
        yield ["--runner=DirectRunner", "--direct_running_mode=in_memory", "--direct_num_workers=1"]
        return
    with job_server(job["java"], job["job_server"], Path(job["inputs"]).parent / "tmp") as endpoint:
        yield [
            "--runner=PortableRunner",
            f"--job_endpoint={endpoint}",
            "--environment_type=LOOPBACK",
            f"--parallelism={job['workers']}",
        ]


def run(
    recipe: Any,  # noqa: ANN401 - whatever a module has
    inputs: Inputs,
    target: Path,
    prune: int,
    options: Sequence[str],
    taken: Mapping[str, str],
) -> None:
    """Run one recipe to its end on the engine.

    Raises `Failed` for what is none, and for a store whose name is `taken`, before it runs; and what the recipe raises.
    """
    if isinstance(recipe, Recipe):
        if recipe.icechunk:
            raise Failed("feedstock", f"{recipe.store} is a repository of Icechunk: run the recipe with --runner dask")
        recipe = _pipeline(recipe, inputs, target, prune)
    if not isinstance(recipe, beam.PTransform):
        raise Failed(
            "feedstock",
            f"the object is a {type(recipe).__name__}, not a pipeline: write it for pangeo-forge-recipes 0.10 as "
            "beam.Create(pattern.items()) | … | StoreToZarr(…), or as leap_recipe.Recipe(…)",
        )
    with beam.Pipeline(options=PipelineOptions(list(options))) as pipeline:
        pipeline | recipe
        for store in _stores_of(pipeline):
            if store in taken:
                raise Failed("target", taken[store])


def _stores_of(pipeline: beam.Pipeline) -> list[str]:
    """The names of the stores that a pipeline writes."""
    found: list[str] = []

    class Named(PipelineVisitor):  # type: ignore[misc]  # Beam has no types
        def enter_composite_transform(self, transform_node: Any) -> None:  # noqa: ANN401
            if isinstance(name := getattr(transform_node.transform, "store_name", None), str):
                found.append(name)

    pipeline.visit(Named())
    return found


def _localised(item: tuple[Any, str], group: int) -> tuple[Any, str]:
    index, url = item
    inputs = _INPUTS[0]
    found = inputs.found.get(url)
    if found is None or not found.path or url not in inputs.used:
        inputs.all(_GROUPS[group])
    return index, inputs.found[url].path


def _pipeline(recipe: Recipe, inputs: Inputs, target: Path, prune: int) -> Any:  # noqa: ANN401 - Beam has no types
    items = list(recipe.files.items(prune))
    inputs.note_options(recipe.store, recipe.open_options)
    paths = [each.path for each in inputs.all(item.url for item in items)]
    pattern = _pattern(recipe, items)
    if recipe.files.dimension:
        sized = _sizes(recipe, paths[0])
        chunks = {name: recipe.chunks.get(name, size) for name, size in sized.items()}
    else:
        chunks = dict(recipe.chunks)
    files = [(index, path) for (index, _), path in zip(pattern.items(), paths, strict=True)]
    times = together([_times(recipe, path) for path in paths], recipe.files.dimension)
    return (
        beam.Create(files)
        | "Open inputs" >> beam.Map(_open, recipe=recipe, times=times)
        | StoreToZarr(
            target_root=str(target),
            store_name=recipe.store,
            combine_dims=pattern.combine_dim_keys,
            target_chunks=chunks,
        )
        | ConsolidateDimensionCoordinates()
        | ConsolidateMetadata()
    )


def _pattern(recipe: Recipe, items: list[Item]) -> FilePattern:
    members = list(dict.fromkeys(item.member for item in items))
    dims = [ConcatDim(name, sorted({item.position for item in items})) for name in recipe.files.concat]
    dims += [MergeDim(name, members) for name in recipe.files.merge]
    if not dims:  # a single file
        return FilePattern(lambda **_: items[0].url, MergeDim("file", [""]))
    return FilePattern(lambda **_: "", *dims)


def _open(item: tuple[Any, str], recipe: Recipe, times: Mapping[str, Any]) -> tuple[Any, Any]:
    index, path = item
    content = opened(recipe, path)
    for each in content.variables.values():
        if encoding := times_encoding(each):
            each.encoding = {**encoding, **each.encoding, **times}
    return index, content


def _times(recipe: Recipe, path: str) -> Times:
    """How a file counts its times; what is no file that can be opened is named when it is read."""
    try:
        return times_of(outlined(path, recipe.open_options))
    except (OSError, ValueError):
        return {}


def _sizes(recipe: Recipe, path: str) -> dict[str, int]:
    return {str(name): int(size) for name, size in opened(recipe, path).sizes.items()}
