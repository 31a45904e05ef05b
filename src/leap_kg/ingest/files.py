"""Source `files`: a folder of Turtle and JSON-LD files that curators keep in git; each file is one record.

Hazard: whoever may add a file to the folder may add a link to any file of this machine, or a pipe that
never ends. Links that leave the folder are refused, and only plain files are opened.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.rdftext import read_jsonld, read_turtle, tidied
from leap_kg.ingest.reading import File, Reading
from leap_kg.ingest.skolem import TooAlike, skolemise
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.iri import mint, part
from leap_kg.ontology.kinds import kind_of
from leap_kg.ontology.namespaces import DCT, FOAF, ONTOLOGY_PATH, RDF, Namespace

MAX_BYTES = 10 * 2**20

_SUFFIXES = (".jsonld", ".ttl")


class Files(Source):
    """The `.ttl` and `.jsonld` files below `folder`; a record's key is its path there, with slashes.

    A file's address is a `file:` URL, or, if the folder is published at `base_url`, that prefix and the path.
    Names that begin with a dot are passed over.
    """

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        folder: Path,
        stale_after: timedelta,
        base: str,
        published_at: str | None = None,
    ) -> None:
        self.id = id
        self.title = title
        self.stale_after = stale_after
        self._folder = folder.resolve()
        self._prefix = published_at or f"{self._folder.as_uri()}/"
        self.origin = self._prefix
        self._base = base

    def enumerate(self, listing: Listing) -> Sequence[Ref]:
        """The files there are now, sorted by key; a linked folder is listed too, and refused by `fetch`."""
        if not self._folder.is_dir():
            raise RecordUnusable(f"there is no folder {self._folder}: correct its name", self._prefix)
        return sorted((Ref(key, self._url(key)) for key in self._keys()), key=lambda ref: ref.key)

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The file's bytes; the network is not used."""
        data = self._read(ref)
        return RawRecord(ref.key, (Part("file", ref.url, hashlib.sha256(data).hexdigest(), data),))

    def map(self, record: RawRecord) -> Mapped:
        """The statements of the file; its subject is its main node, or a node for the file."""
        file = record.part("file")
        if file is None:
            raise RecordUnusable("the stored record lacks its file; harvest it again", record.key)
        reading = Reading(files={}, default=File(file.url))
        root: NamedNode | None = None
        if record.key.endswith(".ttl"):
            triples = read_turtle(file.data, self._base, file.url)
        else:
            triples, root = read_jsonld(file.data, self._base, file.url, reading)
        triples = list(tidied(triples, reading, file.url))
        if not triples:
            raise RecordUnusable("says nothing: fill the file or take it out", file.url)
        return self._mapped(record.key, file.url, root or _main(triples, self._base), triples, reading)

    def _mapped(self, key: str, url: str, main: NamedNode | None, triples: list[Triple], reading: Reading) -> Mapped:
        # Parts of a node are fragments of its IRI, so a node whose IRI has a fragment cannot have parts.
        usable = main is not None and "#" not in main.value
        subject = main if main is not None and usable else mint(self._base, "file", self.id, *key.split("/"))
        try:
            named = skolemise(triples, lambda label: part(subject, "b", key, label))
        except TooAlike as problem:
            raise RecordUnusable(str(problem), url) from None
        if subject != main:
            named.append(Triple(subject, RDF("type"), FOAF("Document")))
            named.append(Triple(subject, DCT("title"), Literal(key)))
        if reading.unmapped:
            named.append(Triple(subject, Namespace(self._base + ONTOLOGY_PATH)("unmapped"), _kept(reading)))
        return Mapped(key, subject, named, list(reading.findings))

    def _keys(self) -> Iterator[str]:
        for parent, folders, names in os.walk(self._folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            here = Path(parent)
            found = [name for name in names if not name.startswith(".") and name.endswith(_SUFFIXES)]
            for name in (*found, *(name for name in folders if (here / name).is_symlink())):
                yield os.fsencode((here / name).relative_to(self._folder)).decode(errors="backslashreplace")

    def _url(self, key: str) -> str:
        return self._prefix + quote(key)

    def _read(self, ref: Ref) -> bytes:
        path = self._folder / PurePosixPath(ref.key)
        try:
            resolved = path.resolve(strict=True)
            if not resolved.is_relative_to(self._folder):
                raise RecordUnusable("is a link that leads out of the folder: put the file itself there", ref.url)
            if not stat.S_ISREG(resolved.stat().st_mode):
                raise RecordUnusable("is a linked folder or no plain file: put the files themselves there", ref.url)
            with resolved.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (OSError, RuntimeError, ValueError) as error:
            cause = error.strerror if isinstance(error, OSError) else str(error)
            reason = f"cannot be read ({cause}): check its name, which has to be UTF-8, and its permissions"
            raise RecordUnusable(reason, ref.url) from None
        if len(data) > MAX_BYTES:
            raise RecordUnusable(f"is larger than {MAX_BYTES} bytes: split it", ref.url)
        return data


class FilesConfig(SourceConfig):
    """`folder`: where the files are, relative to the sources file."""

    folder: str

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return Files(self.id, self.title, folder / self.folder, self.stale_after, base)


def _main(triples: list[Triple], base: str) -> NamedNode | None:
    """The lexically first named subject that is of a kind with pages."""
    types: dict[NamedNode, list[str]] = {}
    for triple in triples:
        subject, target = triple.subject, triple.object
        if isinstance(subject, NamedNode) and isinstance(target, NamedNode) and triple.predicate == RDF("type"):
            types.setdefault(subject, []).append(target.value)
    known = (n.value for n, classes in types.items() if "#" not in n.value and kind_of(classes, base) is not None)
    return NamedNode(first) if (first := min(known, default="")) else None


def _kept(reading: Reading) -> Literal:
    """What no context explains, as JSON."""
    return Literal(json.dumps(reading.unmapped, sort_keys=True, ensure_ascii=True))
