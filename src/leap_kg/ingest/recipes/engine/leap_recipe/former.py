"""What a recipe read and wrote the last time, so that a run may find that nothing has changed, or that some was added.

It is trusted for what is kept of a store only where the inputs are the same by their checksums, and where all that
decides what becomes of them is the same: a `fingerprint` of the recipe, of its settings and of the environment.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle

from .declaration import Item, Recipe
from .inputs import Fetched, Inputs

_DECODING = ("decode", "mask", "use_cftime", "concat_characters", "drop_variables")
"""Options by which a file is opened so that its store, opened without them, may not have the same values."""


@dataclass(frozen=True)
class Past:
    """One recipe as it ran: the addresses that it read, in order, and how long each file is along the dimension."""

    fingerprint: str
    urls: tuple[str, ...]
    lengths: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Former:
    """The run before: its recipes by their keys (`""` where there is no dictionary), and its inputs by address."""

    recipes: Mapping[str, Past] = field(default_factory=dict)
    inputs: Mapping[str, Fetched] = field(default_factory=dict)

    @classmethod
    def read(cls, said: Any) -> "Former":  # noqa: ANN401 - what a note holds
        """What `written` wrote; nothing for anything else."""
        try:
            recipes = {
                str(key): Past(str(each["fingerprint"]), tuple(map(str, each["urls"])), dict(each["lengths"]))
                for key, each in said["recipes"].items()
            }
            inputs = {
                str(url): Fetched(str(url), "", int(size), str(sha256), str(validator))
                for url, (size, sha256, validator) in said["inputs"].items()
            }
        except (TypeError, KeyError, ValueError, AttributeError):
            return cls()
        return cls(recipes, inputs)

    def written(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "recipes": {
                key: {"fingerprint": past.fingerprint, "urls": list(past.urls), "lengths": dict(past.lengths)}
                for key, past in self.recipes.items()
            },
            "inputs": {url: [each.size, each.sha256, each.validator] for url, each in self.inputs.items()},
        }

    def same(self, now: Mapping[str, Past], inputs: Inputs) -> bool:
        """Whether these recipes would do what was done before; asks for what they read, and fetches what changed."""
        if not now or now.keys() != self.recipes.keys():
            return False
        if any(not past.urls or past.fingerprint != self.recipes[key].fingerprint for key, past in now.items()):
            return False
        if any(past.urls != self.recipes[key].urls for key, past in now.items()):
            return False
        return all(self.has(past.urls, inputs) for past in now.values())

    def has(self, urls: Iterable[str], inputs: Inputs) -> bool:
        """Whether these inputs are what they were."""
        return all(
            found.url in self.inputs and found.sha256 == self.inputs[found.url].sha256 for found in inputs.asked(urls)
        )

    def grown(self, key: str, now: Past, recipe: Recipe, inputs: Inputs) -> Mapping[str, int]:
        """The lengths of the files that a store has already, if all that is new follows them; else none."""
        past = self.recipes.get(key)
        if past is None or past.fingerprint != now.fingerprint or not past.lengths:
            return {}
        if len(now.urls) <= len(past.urls) or now.urls[: len(past.urls)] != past.urls:
            return {}
        if any(str(option).startswith(_DECODING) for option in recipe.open_options):
            return {}
        return past.lengths if self.has(past.urls, inputs) else {}


def fingerprint(recipe: Any, job: Mapping[str, Any], module: ModuleType) -> str:  # noqa: ANN401 - whatever a module has
    """What decides what becomes of the inputs, as hexadecimal digits; for a pipeline, all code and all settings."""
    digest = hashlib.sha256(f"{job['lock']}\n{job['object']}\n".encode())
    if not isinstance(recipe, Recipe):
        _add_code(digest.update, Path(job["folder"]))
        digest.update(json.dumps([job["settings"], job["prune"]], sort_keys=True).encode())
        return digest.hexdigest()
    what: list[Any] = [recipe.store, sorted(recipe.chunks.items()), sorted(map(repr, recipe.attributes.items()))]
    what += [sorted(map(repr, recipe.open_options.items())), repr(recipe.pyramid), recipe.virtual]
    what += [recipe.files.dimension, {name: list(map(str, keys)) for name, keys in recipe.files.merge.items()}]
    digest.update(repr(what).encode())
    if recipe.prepare is not None:
        own = Path(str(module.__file__))
        _add_code(digest.update, Path(job["folder"]), without=own)
        cloudpickle.register_pickle_by_value(module)
        try:
            digest.update(cloudpickle.dumps(recipe.prepare))
        finally:
            cloudpickle.unregister_pickle_by_value(module)
    return digest.hexdigest()


def addresses(items: Iterable[Item]) -> tuple[str, ...]:
    """The addresses of items."""
    return tuple(item.url for item in items)


def _add_code(update: Callable[[bytes], object], folder: Path, without: Path | None = None) -> None:
    for file in sorted(folder.rglob("*.py")):
        if file != without:
            update(hashlib.sha256(file.read_bytes()).digest())
