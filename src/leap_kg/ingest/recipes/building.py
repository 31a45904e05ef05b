"""Whether a feedstock still builds its data: its modules, the form of its recipes, the packages that they import.

What only concerns a run by leap-kg is told apart from what the maintainers can mend.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.leap.feedstock import RecipeEntry
from leap_kg.ingest.mapping.finding import Finding, Severity
from leap_kg.ingest.pangeoforge.code import MAX_BYTES, Defined, read_code
from leap_kg.ingest.pangeoforge.mapping import MODULE
from leap_kg.ingest.recipes.checkout import Checkout, part_of
from leap_kg.ingest.recipes.imports import Provided, imported, unprovided
from leap_kg.ingest.recipes.requirements import Requirements
from leap_kg.ingest.source import Part

_OLD = re.compile(r"0\.[0-9](?:\.\d+)*")
_RECIPE = "recipe"
_ENVIRONMENTS = ("environment.yml", "environment.yaml", "conda-lock.yml")
_MOST_MODULES = 20


class Found(NamedTuple):
    """Findings for the maintainers, and those that only matter to who runs the recipe with leap-kg."""

    to_mend: list[Finding]
    of_running: list[Finding]


def check_building(checkout: Checkout, meta: File, requirements: Requirements | None, here: Provided) -> Found:
    """What is found; `requirements` are those beside meta.yaml, if any, `here` what our environments have."""
    modules = {part.role.removeprefix(MODULE): part for part in checkout.record.parts if part.role.startswith(MODULE)}
    mend, running = Reading({}, meta), Reading({}, meta)
    for entry in checkout.feedstock.recipes:
        module = entry.object.partition(":")[0]
        if module not in modules and _names_an_object(entry):
            _report_missing(entry, module, checkout, mend, running)
    to_mend = [*mend.findings, *_forms(modules, checkout, meta)]
    imports = _imports(modules, checkout, requirements, here)
    return Found([*to_mend, *imports.to_mend], [*running.findings, *imports.of_running])


def _names_an_object(entry: RecipeEntry) -> bool:
    module, _, name = entry.object.partition(":")
    return module.isidentifier() and name.isidentifier()


def _report_missing(entry: RecipeEntry, module: str, checkout: Checkout, mend: Reading, running: Reading) -> None:
    if checkout.commit is None:  # a folder may hold some of the files only
        message = f"{module}.py is not in this folder, so its recipes and imports were not looked at"
        hint = "Check a whole clone of the repository."
        running.report("missing-object", Severity.INFO, message, hint, entry.place, entry.object)
        return
    message = f"there is no {module}.py that could define {entry.object}"
    hint = f"Put {module}.py beside meta.yaml, or name the module that defines the recipe."
    mend.report("missing-object", Severity.WARNING, message, hint, entry.place, entry.object)


def _forms(modules: dict[str, Part], checkout: Checkout, meta: File) -> Iterator[Finding]:
    """A recipe of the classes that were there before pangeo-forge-recipes 0.10."""
    version = checkout.feedstock.forge_version
    stated = bool(_OLD.fullmatch(version))
    hint = "To build the data anew, write it as beam.Create(pattern.items()) | … | StoreToZarr(…)."
    for name, part in modules.items():
        if (old := _old(part)) is not None:
            message = f"{name}.py makes {old.name} by {old.steps[-1]}, which pangeo-forge-recipes 0.10 and later lack"
            severity = Severity.INFO if stated else Severity.WARNING
            place = f"{name}.py (line {old.line})"
            yield Finding("unknown-version", severity, message, hint, place, old.name, File(part.url).link)
            return
    if stated:
        reading = Reading({}, meta)
        message = f"the recipe is for pangeo-forge-recipes {version}, and 0.10 and later do not run that form"
        reading.report("unknown-version", Severity.INFO, message, hint, ("pangeo_forge_version",), version)
        yield from reading.findings


def _old(module: Part) -> Defined | None:
    try:
        recipes = read_code(module.data, what=module.url).recipes
    except Unreadable:
        return None
    return next((each for each in recipes if each.steps[-1].endswith("Recipe") and each.steps[-1] != "Recipe"), None)


# --- imports --------------------------------------------------------------------------------------------------


def _imports(modules: dict[str, Part], checkout: Checkout, requirements: Requirements | None, here: Provided) -> Found:
    folder, found = checkout.folder, Found([], [])
    own = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    elsewhere = checkout.feedstock.notebook_version or any((folder / name).is_file() for name in _ENVIRONMENTS)
    asked = requirements.names if requirements else frozenset()
    for part, imports in _read_all(modules, checkout):
        file, link = part.url.rpartition("/")[2], File(part.url).link
        for module, line in unprovided(imports, own, here, frozenset()).items():
            message = f"{file} imports {module}, which what leap-kg runs recipes in does not have"
            hint, place = "Do without it if the recipe can.", f"{file} (line {line})"
            found.of_running.append(Finding("requirement", Severity.INFO, message, hint, place, module, link))
        if (requirements is None and elsewhere) or (requirements is not None and not requirements.whole):
            continue
        for module, line in unprovided(imports, own, here, asked).items():
            # What is asked for and not known here may bring the package along.
            severity = Severity.INFO if asked - here.packages else Severity.WARNING
            message = f"{file} imports {module}, and requirements.txt does not ask for it"
            hint = (
                "Add the package that it comes with, in the release that was used, unless another line brings it along."
            )
            if requirements is None:
                message = f"{file} imports {module}, and there is no requirements.txt that asks for it"
                hint = "Write requirements.txt beside meta.yaml, with the packages and releases that were used."
            place = f"{file} (line {line})"
            found.to_mend.append(Finding("requirement", severity, message, hint, place, module, link))
    return found


def _read_all(modules: dict[str, Part], checkout: Checkout) -> Iterator[tuple[Part, dict[str, int]]]:
    """The imports of the modules that recipes name, and of those of the feedstock that these import in turn."""
    meta = checkout.record.parts[0].url
    waiting, seen = list(modules) or [_RECIPE], set[str]()
    while waiting and len(seen) < _MOST_MODULES:
        name = waiting.pop(0)
        path: Path = checkout.folder / f"{name}.py"
        if name in seen or not path.is_file():
            continue
        seen.add(name)
        part = modules.get(name) or part_of("", path, f"{meta.rpartition('/')[0]}/{name}.py")
        try:
            imports = imported(part.data[: MAX_BYTES + 1], what=part.url)
        except Unreadable:
            continue
        waiting += [top for top in (each.partition(".")[0] for each in imports) if top not in seen]
        yield part, imports
