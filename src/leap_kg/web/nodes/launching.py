"""Where a notebook can be run at once: hubs of the graph that offer the image it was made for, and Binder.

A link puts the notebook's repository at its branch into the reader's home (nbgitpuller) and opens the file. Binder is
offered where the repository says what it needs, for without that it would start an environment that lacks it.

Hazard: repositories and branches are texts of others. Only addresses of GitHub that are written as such become part of
a link, all quoted; a hub counts only with an https address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCAT, DCT, PROV, RDF, SCHEMA
from leap_kg.web.cells import Node
from leap_kg.web.reading import Reading

_FILE = re.compile(
    r"https://github\.com/([A-Za-z0-9-]{1,39})/([A-Za-z0-9._-]{1,100})/blob/([^/?#\s]+)/([^?#\s]+\.ipynb)"
)
_BINDER = "https://mybinder.org/v2/gh/"
_BUILT = re.compile(r"(?:\.?binder/)?(?:environment\.ya?ml|Dockerfile|requirements\.txt)")
_MOST_NOTEBOOKS = 5
_MOST_WHOLES = 6


@dataclass(frozen=True, slots=True)
class Launch:
    """One notebook with where it can be run; `images` are those that it, or else its repository, was made for."""

    notebook: Node
    places: list[Node]
    images: list[Node]


def launches_of(reading: Reading, node: NamedNode) -> list[Launch]:
    """Where the notebook can be run, or the first notebooks that use the dataset or store."""
    if reading.leap("Notebook") in reading.types(node):
        notebooks = [node]
    else:
        data = [node, *reading.nodes(node, DCAT("distribution"))]
        users = {user for each in data for user in reading.subjects(PROV("used"), each)}
        notebooks = sorted((user for user in users if reading.leap("Notebook") in reading.types(user)), key=str)
    found = (_launch(reading, notebook) for notebook in notebooks)
    return [launch for launch in found if launch.places][:_MOST_NOTEBOOKS]


def _launch(reading: Reading, notebook: NamedNode) -> Launch:
    wholes = [notebook, *reading.nodes(notebook, SCHEMA("isPartOf"))]
    images = next(filter(None, (reading.nodes(each, reading.leap("runsIn")) for each in wholes)), [])
    places: list[Node] = []
    addresses = [notebook.value, *(source.value for source in reading.nodes(notebook, DCT("source")))]
    if file := next(filter(None, map(_FILE.fullmatch, addresses)), None):
        owner, name, branch, path = file[1], file[2], unquote(file[3]), unquote(file[4])
        for hub, choice, address in _hubs(reading, images):
            words = f"Open on {hub}{f' ({choice})' if choice else ''}"
            places.append(Node(words, _pulled(address, owner, name, branch, path), "", external=True))
        if _says_what_it_needs(reading, owner, name):
            query = urlencode({"urlpath": f"lab/tree/{path}"})
            places.append(
                Node("Open on Binder", f"{_BINDER}{owner}/{name}/{quote(branch, safe='')}?{query}", "", external=True)
            )
    return Launch(reading.link(notebook), places, [reading.link(image) for image in images])


def _hubs(reading: Reading, images: list[NamedNode]) -> Iterator[tuple[str, str, str]]:
    """The hubs that offer one of the images: the name, what to choose there, and the address."""
    found: dict[NamedNode, list[tuple[tuple[str, ...], str]]] = {}
    for part in {part for image in images for part in reading.subjects(reading.leap("offersImage"), image)}:
        *parts, hub = _wholes(reading, part)
        # What offers an image may be a profile of a hub, or a choice in it, and says so here or by its IRI alone.
        places = tuple(reading.text(each, SCHEMA("position")).zfill(9) for each in reversed(parts))
        words = ", ".join(reading.label(each) for each in reversed(parts))
        found.setdefault(NamedNode(hub.value.partition("#")[0]), []).append((places, words))
    for hub in sorted(found, key=str):
        address = reading.one(hub, DCAT("endpointURL"))
        if address is not None and address.value.startswith("https://"):
            choices = sorted(choice for choice in found[hub] if choice[0])
            yield reading.label(hub), choices[0][1] if choices else "", address.value.rstrip("/")


def _wholes(reading: Reading, part: NamedNode) -> list[NamedNode]:
    """The node, what it is part of, and so on; a hub is the last."""
    found = [part]
    while len(found) < _MOST_WHOLES and (wholes := reading.nodes(found[-1], SCHEMA("isPartOf"))):
        found.append(wholes[0])
    return found


def _pulled(hub: str, owner: str, name: str, branch: str, path: str) -> str:
    query = {
        "repo": f"https://github.com/{owner}/{name}",
        "branch": branch,
        "urlpath": f"lab/tree/{name}/{path}",
    }
    return f"{hub}/hub/user-redirect/git-pull?{urlencode(query)}"


def _says_what_it_needs(reading: Reading, owner: str, name: str) -> bool:
    """Whether the graph has a file at the top of the repository, or in its folder for Binder, that Binder builds."""
    start = f"https://github.com/{owner}/{name}/blob/"
    environments = reading.subjects(RDF("type"), reading.leap("Environment"))
    return any(
        each.value.startswith(start) and _BUILT.fullmatch(each.value.removeprefix(start).partition("/")[2])
        for each in environments
    )
