"""Source `files`: a folder of Turtle, JSON-LD, YAML and CSV files that curators keep in git.

Each file is one record; of a table each row is one, and of a list each item. A file's address is its path below where
the folder is published, else below `file/` and the source's name in the graph: where it lies on this machine is
nobody's business. A row's address is that of its file and `#row=` with its number (https://www.rfc-editor.org/rfc/rfc7111).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Fetcher
from leap_kg.ingest.files.curated import Curated
from leap_kg.ingest.files.folder import Folder
from leap_kg.ingest.files.listed import Item, listed_items
from leap_kg.ingest.files.table import SEPARATOR, Row, read_table
from leap_kg.ingest.files.terms import ID, terms
from leap_kg.ingest.formats.rdftext import read_jsonld, read_turtle, tidied
from leap_kg.ingest.formats.reading import File, Reading, dotted
from leap_kg.ingest.formats.skolem import TooAlike, skolemise
from leap_kg.ingest.formats.yamltext import Unreadable, read_yaml
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.keeping import kept
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers.canonical import canonical
from leap_kg.ontology.iri import mint, part, slug
from leap_kg.ontology.kinds import kind_of
from leap_kg.ontology.namespaces import DCT, FOAF, RDF

_MOST_DUPLICATES = 100


class Files(Source):
    """The files below `folder`; a record's key is its path there, with slashes, of a row with its name after it."""

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
        self._folder = Folder(folder)
        self._given = folder
        self.origin = published_at
        self._prefix = published_at or f"{mint(base, 'file', id).value}/"
        self._base = base

    def enumerate(self, listing: Listing) -> Iterable[Ref]:
        """The files there are now, sorted by key, and the rows of each table; what cannot be read is a dead letter."""
        if not self._folder.path.is_dir():
            raise RecordUnusable(f"there is no folder {self._given}: correct its name", self._prefix)
        refs: list[Ref] = []
        for key in sorted(self._folder.keys()):
            url = self._prefix + quote(key)
            if key.endswith(".csv"):
                refs.extend(self._rows(key, url))
            elif key.endswith(".ttl"):
                refs.append(Ref(key, url))
            else:
                refs.extend(self._items(key, url))
        return refs

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """The file's bytes, or the row that the listing brought; the network is not used."""
        if ref.found:
            return RawRecord(ref.key, ref.found)
        data = self._folder.read(ref.key, ref.url)
        return RawRecord(ref.key, (Part("file", ref.url, hashlib.sha256(data).hexdigest(), data),))

    def map(self, record: RawRecord) -> Mapped:
        """The statements of the file or row; its subject is its main node, or a node for the file."""
        if not record.parts:
            raise RecordUnusable("the stored record lacks its file; harvest it again", record.key)
        file = record.parts[0]
        if file.role == "table":
            return self._table(record.key, file)
        if file.role == "row":
            return self._row(record, file)
        if file.role == "item":
            return self._item(record.key, file)
        reading = Reading(files={}, default=File(file.url))
        root: NamedNode | None = None
        if record.key.endswith(".ttl"):
            triples = read_turtle(file.data, self._base, file.url)
        elif file.role == "document" or record.key.endswith(".jsonld"):
            triples, root = read_jsonld(file.data, self._base, file.url, reading)
        else:
            triples, root = self._yaml(record.key, file, reading)
        return self._mapped(record.key, file.url, root, list(tidied(triples, reading, file.url)), reading)

    # --- tables ------------------------------------------------------------------------------------------

    def _rows(self, key: str, url: str) -> Iterator[Ref]:
        """A record for the table, which speaks of its header, and one for each row."""
        try:
            table = read_table(self._folder.read(key, url), url)
        except (RecordUnusable, Unreadable) as problem:
            yield Ref(key, url, problem=problem.reason)
            return
        header = Part.cut("table", url, json.dumps(table.columns).encode())
        yield Ref(key, url, version=header.sha256, found=(header,))
        numbers: dict[str, list[int]] = defaultdict(list)
        for row in table.rows:
            numbers[row.cells.get(ID, "")].append(row.number)
        for row in table.rows:
            name, address = row.cells.get(ID, ""), f"{url}#row={row.number}"
            # A row keeps its record wherever it stands, if it has an id of its own.
            own = f"{key}#{name}" if name and len(numbers[name]) == 1 else f"{key}#row={row.number}"
            twins = [number for number in numbers[name] if name and number != row.number]
            body = Part.cut("row", address, json.dumps([row.number, row.cells, twins]).encode())
            yield Ref(own, address, problem=row.problem, version=body.sha256, found=() if row.problem else (body,))

    def _table(self, key: str, header: Part) -> Mapped:
        """The file as a document, with a finding for each column that has no meaning."""
        reading, known = Reading(files={}, default=File(header.url)), terms(self._base)
        for column in json.loads(header.data):
            if not known.explains(column):
                like = known.nearest(column)
                message = f"the column {column!r} is no term that the catalogue knows; its cells are kept, not searched"
                if like:
                    hint = f"Rename it to {like!r}, the nearest term."
                    reading.report("misspelt-key", Severity.VIOLATION, message, hint, ("header",), column)
                else:
                    hint = "Use a term of the context, or take the column out."
                    reading.report("unknown-key", Severity.INFO, message, hint, ("header",), column)
        node = mint(self._base, "file", self.id, *key.split("/"))
        triples = [Triple(node, RDF("type"), FOAF("Document")), Triple(node, DCT("title"), Literal(key))]
        return Mapped(key, node, triples, list(reading.findings))

    def _row(self, record: RawRecord, body: Part) -> Mapped:
        number, cells, twins = json.loads(body.data)
        row, known = Row(number, cells), terms(self._base)
        lines = {(): number, **{(column,): number for column in cells}}
        reading = Reading(files={}, default=File(body.url, lines))
        if twins:
            shown = ", ".join(map(str, twins))
            message = f"row {number} has the id {cells[ID]!r}, and so has row {shown}"
            hint = "Give each row an id of its own, or write the rows as one."
            reading.report("duplicate-id", Severity.WARNING, message, hint, (ID,), cells[ID])
        entry = {
            column: _cell(cell) if column in known.several else cell
            for column, cell in row.cells.items()
            if known.explains(column)
        }
        for column, cell in row.cells.items():
            if column not in entry:
                reading.keep((column,), cell)
        title = slug(str(cells.get("title") or cells.get("name") or f"row {number}"))
        document = Curated(reading, self._base, (title,)).document(entry, body.url)
        triples, root = read_jsonld(json.dumps(document).encode(), self._base, body.url, reading)
        return self._mapped(record.key, body.url, root, list(tidied(triples, reading, body.url)), reading)

    # --- lists -------------------------------------------------------------------------------------------

    def _items(self, key: str, url: str) -> list[Ref]:
        """A record for the file, or for each item of the list in it.

        A file that cannot be read may hold a list, so nobody knows what is gone from it.
        """
        try:
            return listed_items(key, url, self._folder.read(key, url), self._base) or [Ref(key, url)]
        except RecordUnusable as problem:
            return [Ref(key, url, problem=problem.reason)]
        except Unreadable as problem:
            return [Ref(key, url, problem=str(problem))]

    def _item(self, key: str, body: Part) -> Mapped:
        item = Item.read(body.data)
        if not isinstance(item.value, dict):
            shown = json.dumps(item.value, ensure_ascii=False)[:100]
            reason = f"{item.place} is {shown}, and no entry: write `type: …` and `title: …`, or take it out"
            raise RecordUnusable(reason, body.url)
        reading = Reading(files={}, default=File(body.url, item.lines))
        self._duplicates(item.duplicates, reading)
        if item.twins:
            message = f"{item.place} is called {item.name!r}, and so is item {', '.join(map(str, item.twins))}"
            hint = "Give each entry an id of its own, or write them as one."
            reading.report("duplicate-id", Severity.WARNING, message, hint, (ID,), item.name)
        document = Curated(reading, self._base, (_stem(unquote(body.url)),)).item(item.value, body.url)
        triples, root = read_jsonld(json.dumps(document).encode(), self._base, body.url, reading)
        return self._mapped(key, body.url, root, list(tidied(triples, reading, body.url)), reading)

    # --- YAML --------------------------------------------------------------------------------------------

    def _yaml(self, key: str, file: Part, reading: Reading) -> tuple[list[Triple], NamedNode | None]:
        read = read_yaml(file.data, what=file.url)
        reading.default = File(file.url, read.lines)
        self._duplicates(read.duplicate_keys[:_MOST_DUPLICATES], reading)
        document = Curated(reading, self._base, (_stem(key),)).document(read.value, file.url)
        return read_jsonld(json.dumps(document).encode(), self._base, file.url, reading)

    def _duplicates(self, duplicates: Iterable[tuple[tuple[str | int, ...], int]], reading: Reading) -> None:
        for path, line in duplicates:
            message = f"the key {dotted(path)} is given twice; the later value counts"
            reading.report("duplicate-key", Severity.WARNING, message, "Keep one of the two.", path, f"line {line}")

    # --- all ---------------------------------------------------------------------------------------------

    def _mapped(self, key: str, url: str, root: NamedNode | None, triples: list[Triple], reading: Reading) -> Mapped:
        # One DOI is one node, in whatever spelling a file has it.
        triples = list(dict.fromkeys(map(_respelt, triples)))
        root = _named(root) if root is not None else None
        if not (triples or reading.findings):
            raise RecordUnusable("says nothing: fill the file or take it out", url)
        # Where no word of it is known, what is wrong with them is all there is to say, and said of the file.
        main = (root or _main(triples, self._base)) if triples else None
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
        named.extend(kept(subject, reading, self._base))
        return Mapped(key, subject, named, list(reading.findings))


class FilesConfig(SourceConfig):
    """`folder`: where the files are, relative to the sources file; `published_at`: the address they have on the web."""

    folder: str
    published_at: str | None = None

    @property
    def local_files(self) -> tuple[str, ...]:
        """What is read beside the sources file."""
        return (self.folder,)

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        return Files(self.id, self.title, folder / self.folder, self.stale_after, base, self.published_at)


def _respelt(triple: Triple) -> Triple:
    subject, target = triple.subject, triple.object
    return Triple(
        _named(subject) if isinstance(subject, NamedNode) else subject,
        triple.predicate,
        _named(target) if isinstance(target, NamedNode) else target,
    )


def _named(node: NamedNode) -> NamedNode:
    iri = canonical(node.value)
    return node if iri == node.value else NamedNode(iri)


def _stem(path: str) -> str:
    """What the name of a file says of what is in it."""
    return slug(path.rsplit("/", 1)[-1].rsplit(".", 1)[0])


def _main(triples: list[Triple], base: str) -> NamedNode | None:
    """The lexically first named subject that is of a kind with pages."""
    types: dict[NamedNode, list[str]] = {}
    for triple in triples:
        subject, target = triple.subject, triple.object
        if isinstance(subject, NamedNode) and isinstance(target, NamedNode) and triple.predicate == RDF("type"):
            types.setdefault(subject, []).append(target.value)
    known = (n.value for n, classes in types.items() if "#" not in n.value and kind_of(classes, base) is not None)
    return NamedNode(first) if (first := min(known, default="")) else None


def _cell(cell: str) -> str | list[str]:
    """The values of a cell: several if a semicolon stands between them."""
    values = [value.strip() for value in cell.split(SEPARATOR) if value.strip()]
    return values if len(values) > 1 else cell
