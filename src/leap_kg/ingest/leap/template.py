"""What the feedstock template of LEAP brings along, where it was never replaced.

Texts that are the template's wherever they stand are told by `Reading.text`. Here are those that may be right in
another place: a title, a provider's name, an id, the address of a store of the template's own example.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from leap_kg.ingest.formats.reading import File, Path, Reading, dotted
from leap_kg.ingest.leap.feedstock import Feedstock
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ontology.identifiers import github

_TITLE = "LEAP Data Library Prototype"
_PROVIDER = "Julius"
_MAINTAINER = ("Julius Busecke", "jbusecke")
_STORE = "my-dataset"
_RECIPES = frozenset({("small", "recipe:small"), ("large", "recipe:large")})
_EXAMPLE = "proto_feedstock"
_HINT = "Replace it with what is true of this dataset."
_MOST_TEXTS = 1000


def report_left(feedstock: Feedstock, repository: github.Repository | None, reading: Reading) -> None:
    """Report what of a feedstock is still the template's; the template's own example is what it says."""
    if repository is not None and repository.name.lower() == _EXAMPLE:
        return
    left = list(_left(feedstock))
    if repository is not None and feedstock.title == f"Dataset of {repository.display}":  # of `leap-kg recipe new`
        left.append((("title",), feedstock.title))
    for path, value in left:
        message = f"{dotted(path)} still holds a text of the feedstock template"
        reading.report("placeholder", Severity.WARNING, message, _HINT, path, value)
    people = [(each.name, each.login) for each in feedstock.maintainers]
    if feedstock.title == _TITLE and people == [_MAINTAINER]:
        message = f"the one maintainer is that of the feedstock template, {_MAINTAINER[0]}"
        hint = "Name who keeps this dataset, unless it is that person."
        path = (*feedstock.maintainers[0].path, "name")
        reading.report("placeholder", Severity.INFO, message, hint, path, _MAINTAINER[0])


def report_left_in(values: Mapping[str, Any], file: File, reading: Reading) -> None:
    """Report the template's texts below keys that nothing else reads; `values` are those keys of the file."""
    probe = Reading({}, file)
    for path, text in _texts(values):
        probe.text(text, path)
    reading.findings += [each for each in probe.findings[:100] if each.kind == "placeholder"]


def _left(feedstock: Feedstock) -> Iterator[tuple[Path, str]]:
    if feedstock.title == _TITLE:
        yield ("title",), feedstock.title
    for provider in feedstock.providers:
        if provider.party.name == _PROVIDER:
            yield (*provider.party.path, "name"), _PROVIDER
    for store in feedstock.stores:
        if store.id == _STORE:
            yield (*store.path, "id"), store.id
        if f"/feedstocks/{_EXAMPLE}/" in store.address:
            yield (*store.path, "url"), store.address
    built = {store.id for store in feedstock.stores}
    for recipe in feedstock.recipes:
        if (recipe.id, recipe.object) in _RECIPES and recipe.id not in built:
            yield (*recipe.path, "id"), recipe.id


def _texts(values: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The texts below some keys, each with its path; of very many the first."""
    waiting: list[tuple[Path, Any]] = [((key,), value) for key, value in reversed(list(values.items()))]
    found = 0
    while waiting and found < _MOST_TEXTS:
        path, value = waiting.pop()
        if isinstance(value, str):
            found += 1
            yield path, value
        elif isinstance(value, dict):
            waiting += [((*path, key), below) for key, below in reversed(list(value.items()))]
        elif isinstance(value, list):
            waiting += [((*path, number), below) for number, below in reversed(list(enumerate(value)))]
