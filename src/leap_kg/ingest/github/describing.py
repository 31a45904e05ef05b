"""What the files of a repository say of the repository: citation, licence."""

from collections.abc import Iterator

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.github.citation import Citation, Reference, read_citation
from leap_kg.ingest.github.codemeta import read_codemeta
from leap_kg.ingest.github.people import creator
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.source import Part, RawRecord
from leap_kg.ontology.identifiers import Refusal, Repository, licence
from leap_kg.ontology.iri import digest, mint, slug
from leap_kg.ontology.namespaces import CODEMETA, DCT, SCHEMA

_READERS = {"file:CITATION.cff": read_citation, "file:codemeta.json": read_codemeta}
_LICENCES = ("file:LICENSE", "file:LICENSE.md", "file:LICENSE.txt")
_MOST_REFERENCES = 200
_TITLE_LINES = 3


def describe_citation(
    record: RawRecord, node: NamedNode, repository: Repository, reading: Reading, say: Statements, base: str
) -> Iterator[list[str]]:
    """Say what the citation files say; gives the SPDX identifiers of the licences that each of them states."""
    for role, read in _READERS.items():
        part = record.part(role)
        if part is None:
            continue
        name = role.removeprefix("file:")
        try:
            citation = read(part.data, reading, what=part.url)
        except Unreadable as problem:
            message, hint = f"{name} cannot be read: {problem.reason}", "Mend the file, or remove it."
            reading.report("unreadable-file", Severity.WARNING, message, hint, (name,))
            continue
        _cite(citation, node, repository, say, base)
        stated = (say_licence(node, text, name, reading, say) for text in citation.licences)
        yield [identifier for identifier in stated if identifier]


def describe_plain_licence(record: RawRecord, node: NamedNode, reading: Reading, say: Statements) -> None:
    """The licence by the first lines of its text, where nobody else says which it is."""
    part = next((part for role in _LICENCES if (part := record.part(role)) is not None), None)
    if part is None:
        hint = "Add a LICENSE, so that people know what they may do with the code."
        reading.report("missing-licence", Severity.WARNING, "the repository has no licence file", hint, ("LICENSE",))
        return
    heads = _heads(part)
    known = (licence.parse(head) for head in heads)
    found = next((each for each in known if not isinstance(each, Refusal)), None)
    if found is None:
        message, hint = "the licence file begins like none of SPDX's", "Put the text of one licence, unchanged, there."
        shown = heads[0] if heads else ""
        reading.report("unknown-licence", Severity.INFO, message, hint, ("LICENSE",), shown)
        return
    say_licence(node, found.spdx_id, "LICENSE", reading, say)


def _heads(part: Part) -> list[str]:
    """The first lines that say something, alone and the first two together: `Apache License`, `Version 2.0, …`."""
    text = part.data[:2000].decode("utf-8", "replace")
    words = [" ".join(line.strip(" #*").split()) for line in text.splitlines()]
    first = [line for line in words if line][:_TITLE_LINES]
    joined = [f"{first[0]} {first[1].partition(',')[0]}"] if len(first) > 1 else []
    return [*joined, *first[:1]]


def say_licence(node: NamedNode, text: str, place: str, reading: Reading, say: Statements) -> str:
    """Say the licence; gives its SPDX identifier, `""` if the text is none, which is kept as it stands."""
    known = licence.parse(text)
    if isinstance(known, Refusal):
        message = f"the licence {text[:200]!r} of {place} is not recognised: {known.reason}"
        reading.report("unknown-licence", Severity.WARNING, message, known.hint, (place,), text)
        say.text(node, DCT("rights"), text)
        return ""
    page = NamedNode(known.iri)
    say.type(page, DCT("LicenseDocument"))
    say.text(page, DCT("title"), known.name)
    say.text(page, DCT("identifier"), known.spdx_id)
    say.link(node, DCT("license"), page)
    return known.spdx_id


def _cite(citation: Citation, node: NamedNode, repository: Repository, say: Statements, base: str) -> None:
    say.text(node, SCHEMA("name"), citation.title)
    say.text(node, DCT("abstract"), citation.abstract)
    say.text(node, SCHEMA("softwareVersion"), citation.version)
    for word in citation.keywords:
        say.text(node, SCHEMA("keywords"), word)
    for iri in citation.dois:
        say.link(node, SCHEMA("identifier"), iri)
    released = dates.parse(citation.released)
    if released is not None:
        say.text(node, SCHEMA("datePublished"), released.text, released.datatype)
    for person in citation.creators:
        say.link(node, SCHEMA("author"), creator(person, repository, say, base))
    if citation.preferred is not None:
        say.link(node, CODEMETA("referencePublication"), _work(citation.preferred, say, base))
    for reference in citation.references[:_MOST_REFERENCES]:
        say.link(node, SCHEMA("citation"), _work(reference, say, base))


def _work(reference: Reference, say: Statements, base: str) -> NamedNode:
    """The node of a work, by its DOI or by title and year, as the catalogue names papers."""
    name = f"{slug(reference.title)}-{digest(reference.title, reference.year)}"
    work = NamedNode(reference.doi) if reference.doi else mint(base, "paper", name)
    if reference.article:
        # A preprint is an article to citation files, too: the register that knows its DOI says more.
        say.type(work, SCHEMA("ScholarlyArticle"))
    else:
        say.type(work, SCHEMA("CreativeWork"))
    say.text(work, DCT("title"), reference.title.rstrip(".") or reference.doi)
    return work
