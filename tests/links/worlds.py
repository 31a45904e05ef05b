"""A small graph for links to lead to, and folders with code to mine."""

import hashlib
import os
import zlib
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from leap_kg.graph.names import source_graph
from leap_kg.links.known import Known
from leap_kg.settings import DEFAULT_BASE as BASE

COMMIT = "c0ffee" + "0" * 34
PAPER = "https://doi.org/10.5555/paper.1"
CODE = "https://github.com/lab/code"
OCEAN = f"{BASE}store/gs/leap/ocean.zarr"
IMAGE = f"{BASE}image/pangeo/pangeo-notebook/2026.06.04"

_TURTLE = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix leap: <{BASE}ontology#> . @prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix fabio: <http://purl.org/spar/fabio/> . @prefix prov: <http://www.w3.org/ns/prov#> .

<{PAPER}> a schema:ScholarlyArticle ; dct:title "A paper" ; dct:creator <https://orcid.org/0000-0002-1825-0097> ;
    dct:references <{BASE}dataset/ocean> ; dct:abstract "The code is at https://github.com/Lab/Code, and open." .
<https://orcid.org/0000-0002-1825-0097> a foaf:Person ; foaf:name "Josiah Carberry" .
<https://arxiv.org/abs/2306.08754> a schema:ScholarlyArticle ; dct:title "A preprint" .
<{BASE}dataset/ocean> a dcat:Dataset ; dct:title "Ocean" ; dct:source <https://example.org/ocean> ;
    dct:identifier "10.5555/data.7" ; dcat:distribution <{OCEAN}> .
<{OCEAN}> a leap:ZarrStore , dcat:Distribution ; dct:title "Ocean store" ;
    leap:storageURI "gs://leap/ocean.zarr"^^xsd:anyURI .
<{BASE}store/gs/leap/land-2020.zarr> a dcat:Distribution ; dct:title "Land" ;
    leap:storageURI "gs://leap/land-2020.zarr"^^xsd:anyURI .
<{BASE}store/gs/leap/land-2021.zarr> a dcat:Distribution ; dct:title "Land" ;
    leap:storageURI "gs://leap/land-2021.zarr"^^xsd:anyURI .
<{BASE}store/nyu1.osn.mghpcc.org/leap/gotm.zarr> a dcat:Distribution ; dct:title "GOTM" ;
    leap:storageURI "s3://leap/gotm.zarr"^^xsd:anyURI ; leap:storageEndpoint "https://nyu1.osn.mghpcc.org"^^xsd:anyURI .
<{BASE}store/gs/leap/a%20%22b%22.zarr> a dcat:Distribution ; dct:title "Spaced" ;
    leap:storageURI "gs://leap/a \\"b\\".zarr"^^xsd:anyURI .
<{IMAGE}> a leap:ContainerImage ; dct:title "pangeo/pangeo-notebook:2026.06.04" .
<{BASE}hub/hub.example.org> a leap:HubDeployment ; dct:title "A hub" ; leap:offersImage <{IMAGE}> .
<{CODE}> a schema:SoftwareSourceCode ; dct:title "lab/code" ; owl:sameAs <https://api.github.com/repositories/77> .
<https://github.com/lab/old> dct:isReplacedBy <{CODE}> .
<https://doi.org/10.5281/zenodo.9> a schema:SoftwareSourceCode ; dct:title "An archive" ; dct:isPartOf <{CODE}> .
<{CODE}/blob/main/run.py> a <http://spdx.org/rdf/terms#File> ; dct:title "run.py" ;
    dct:hasVersion <{CODE}/blob/{COMMIT}/run.py> .
<{BASE}dataset/intake/altimetry> a dcat:Dataset ; dct:title "Altimetry" ; dct:source <https://example.org/a> ;
    dct:identifier "altimetry" ; dct:isPartOf <https://github.com/lab/data/blob/main/ocean.yaml> .
<https://github.com/lab/data/blob/main/master.yaml> a dcat:Catalog ;
    dct:hasPart <https://github.com/lab/data/blob/main/ocean.yaml> .
"""


def quads(graph: NamedNode | None = None, more: str = "") -> list[Quad]:
    """What the graph says, and `more` (Turtle), in the graph of a source."""
    place = graph or source_graph(BASE, "lab")
    return [Quad(t.subject, t.predicate, t.object, place) for t in parse(_TURTLE + more, format=RdfFormat.TURTLE)]


def known(more: str = "") -> Known:
    """The graph and `more` (Turtle), for looking up."""
    store = Store()
    store.extend(quads(more=more))
    return Known(store, BASE)


NOTEBOOK = """{"cells": [
 {"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [],
  "source": ["import xarray as xr\\n", "ROOT = 'gs://leap'\\n", "xr.open_zarr(f'{ROOT}/ocean.zarr')"]}
], "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}}, "nbformat": 4, "nbformat_minor": 5}
"""


def checkout(folder: Path, repository: str = "lab/code", **files: str) -> Path:
    """A clone of a repository on GitHub, at a commit of `main` that has the files; `__` in a name is a dot."""
    git = folder / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "config").write_text(f'[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:{repository}.git\n')
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    commit(folder)
    return folder


def commit(folder: Path) -> str:
    """Commit all files of a clone to `main`, as they are; the commit."""
    who = "Ada <ada@example.org> 1700000000 +0000"
    told = f"tree {_tree(folder, folder / '.git')}\nauthor {who}\ncommitter {who}\n\nAll\n"
    name = _object(folder / ".git", "commit", told.encode())
    (folder / ".git" / "refs" / "heads" / "main").write_text(f"{name}\n")
    return name


def commit_of(folder: Path) -> str:
    """The commit that `main` of a clone is at."""
    return (folder / ".git" / "refs" / "heads" / "main").read_text().strip()


def _tree(folder: Path, git: Path) -> str:
    entries: list[tuple[bytes, bytes]] = []
    for each in folder.iterdir():
        if each == git:
            continue
        if each.is_dir():
            kind, name, key = b"40000", _tree(each, git), os.fsencode(each.name) + b"/"
        elif each.is_symlink():
            kind, name, key = b"120000", _object(git, "blob", os.fsencode(each.readlink())), os.fsencode(each.name)
        else:
            kind, name, key = b"100644", _object(git, "blob", each.read_bytes()), os.fsencode(each.name)
        entries.append((key, kind + b" " + os.fsencode(each.name) + b"\0" + bytes.fromhex(name)))
    return _object(git, "tree", b"".join(entry for _, entry in sorted(entries)))


def _object(git: Path, kind: str, data: bytes) -> str:
    whole = f"{kind} {len(data)}\0".encode() + data
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    file = git / "objects" / name[:2] / name[2:]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(zlib.compress(whole, 1))
    return name
