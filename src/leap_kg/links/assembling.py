"""From the signals of files to links: subject, property and target of each, with its places as evidence.

What a file does, its repository does: a link of a file is said of its repository, too, with the same evidence. Only
mentions are not, which say little enough of the file.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pyoxigraph import NamedNode, Triple

from leap_kg.ingest.images.describing import Environments
from leap_kg.ingest.mapping.finding import Finding
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.links.assertion import Evidence, Link, link_node
from leap_kg.links.environments.imports import package_of
from leap_kg.links.files import File
from leap_kg.links.known import Known
from leap_kg.links.methods import CITATION, PUBLICATION, predicate
from leap_kg.links.mined import Mined
from leap_kg.links.resolving import Target, resolve
from leap_kg.links.siblings import Siblings
from leap_kg.links.signal import Place, Role, Signal
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.namespaces import DCT, SCHEMA, SPDX, ours

MOST_SURE_CANDIDATE = 0.75
"""What a pattern may mean is at most so sure, however sure it is that something is opened there."""

_RENDERED = (".md", ".markdown", ".rst", ".ipynb", ".txt", ".org")
"""Files that GitHub shows as text without lines, unless it is asked for the plain file."""

Key = tuple[str, NamedNode, str]
"""Subject, property and target."""


@dataclass(slots=True)
class _Gathered:
    known: bool
    exact: bool
    evidence: list[Evidence] = field(default_factory=list)
    files: set[Key] = field(default_factory=set)


@dataclass(slots=True)
class Assembly:
    """Links as they come together. `unresolved` are the targets that the graph does not know, each as often as it is
    signalled; `nowhere` counts signals that lead to no address at all.
    """

    known: Known
    base: str
    unresolved: list[str] = field(default_factory=list)
    nowhere: int = 0
    _gathered: dict[Key, _Gathered] = field(default_factory=dict)

    def add_file(self, file: File, signals: Iterable[Signal]) -> None:
        """Take what was found in a file."""
        for signal in signals:
            found = resolve(signal, file, self.known, self.base)
            if not found:
                self.nowhere += 1
            self.unresolved += [target.iri for target in found if not target.known]
            says = predicate(signal.role, signal.method, signal.via, self.base)
            for target in found:
                evidence = _evidence(file, signal, target)
                does = target.says or says
                for subject in self._subjects(file, signal.role):
                    self.add(subject, does, target, evidence)
                if signal.role in (Role.READS, Role.WRITES):
                    self.add(file.repository, does, target, evidence, of=self.node(file))

    def add(self, subject: str, says: NamedNode, target: Target, evidence: Evidence, *, of: str = "") -> None:
        """Take one piece of evidence for one link; nothing is linked to itself. `of` is the file of the repository
        `subject` whose own link to the target it was taken for, too.
        """
        if subject == target.iri:
            return
        found = self._gathered.setdefault((subject, says, target.iri), _Gathered(target.known, target.exact))
        found.exact = found.exact or target.exact
        found.evidence.append(evidence)
        if of and of not in (subject, target.iri):
            found.files.add((of, says, target.iri))

    def links(self) -> list[Link]:
        """All links in the order of their IRIs."""
        said = [
            Link(subject, says, target, tuple(found.evidence), found.known, found.exact, supports=self._supports(found))
            for (subject, says, target), found in self._together().items()
        ]
        ordered = sorted(said, key=lambda link: (link.subject, link.predicate.value, link.target))
        return judged(ordered, self.known.verdicts(), self.base)

    def pairs(self, predicates: Iterable[NamedNode]) -> list[tuple[str, str]]:
        """Subject and target of the links so far that have one of these properties."""
        wanted = set(predicates)
        return sorted({(subject, target) for subject, says, target in self._gathered if says in wanted})

    def node(self, file: File) -> str:
        """The file whatever its version, as the graph has it."""
        return file.node or self.known.version_of(file.at) or file.at

    def _subjects(self, file: File, role: Role) -> tuple[str, ...]:
        node = self.node(file)
        match role:
            case Role.READS | Role.WRITES | Role.MENTIONS:
                return (node,)
            case Role.RUNS_IN:
                return (node,) if file.path.endswith(".ipynb") else (file.repository,)
            case _:
                return (file.repository,)

    def _supports(self, found: _Gathered) -> tuple[str, ...]:
        """The links of files that a link follows from: those, if they show all that shows it."""
        shown = {each for key in found.files for each in self._gathered[key].evidence}
        if not found.files or not shown.issuperset(found.evidence):
            return ()
        return tuple(sorted(link_node(*key, self.base).value for key in found.files))

    def _together(self) -> Mapping[Key, _Gathered]:
        """Citations of the paper that is the repository's own are evidence for just that."""
        together = dict(self._gathered)
        for subject, says, target in [key for key in together if key[1] == PUBLICATION]:
            cited = together.pop((subject, CITATION, target), None)
            if cited is not None:
                own = together[subject, says, target]
                together[subject, says, target] = replace(own, evidence=[*own.evidence, *cited.evidence])
        return together


def judged(links: Iterable[Link], verdicts: Mapping[str, str], base: str) -> list[Link]:
    """The links with what verdicts come to about each; those are given by the links' IRIs."""
    said = list(links)
    if not verdicts:
        return [replace(link, verdict="", doubted=frozenset()) for link in said]
    named = {link_node(link.subject, link.predicate, link.target, base).value: link for link in said}
    siblings = Siblings(verdicts, {iri: link.supports for iri, link in named.items()})

    def doubted(iri: str) -> frozenset[Evidence]:
        gone = siblings.doubted(iri)
        held = {each for file in named[iri].supports if file not in gone for each in named[file].evidence}
        return frozenset(each for each in named[iri].evidence if each not in held) if gone else frozenset()

    return [replace(link, verdict=siblings.word(iri), doubted=doubted(iri)) for iri, link in named.items()]


def describe_file(file: File, mined: Mined, assembly: Assembly, own: Container[str] = frozenset()) -> Iterator[Triple]:
    """What the graph lacks about a file that links speak of, which packages a notebook imports, and what is wrong.

    `own` are the modules of its repository, which are no packages.
    """
    base, node = assembly.base, NamedNode(assembly.node(file))
    say = Statements()
    if mined.signals or mined.imports:
        _repository(file.repository, say, assembly)
    if (mined.signals or mined.imports or mined.findings) and not assembly.known.described(node.value):
        if file.path.endswith(".ipynb"):
            say.type(node, ours(base)("Notebook"), SCHEMA("SoftwareSourceCode"))
        else:
            say.type(node, SPDX("File"))
        say.text(node, DCT("title"), f"{file.path} ({_name(file.repository)})")
        say.text(node, SPDX("fileName"), file.path)
        say.link(node, SCHEMA("isPartOf"), file.repository)
        if file.at != node.value:
            say.link(node, DCT("hasVersion"), file.at)
    environments = Environments(say, base)
    packages = (package_of(name) for name in mined.imports if name not in own)
    environments.installed(node, [each for each in packages if each is not None])
    for finding in mined.findings:
        say.extend(replace(finding, file=finding.file or file.at).triples(node, base))
    yield from say.triples()


def describe_lacking(repository: str, finding: Finding, assembly: Assembly) -> Iterator[Triple]:
    """What is wrong with a repository as a whole, and what the graph lacks about it."""
    say = Statements()
    _repository(repository, say, assembly)
    say.extend(replace(finding, file=repository).triples(NamedNode(repository), assembly.base))
    yield from say.triples()


def _repository(iri: str, say: Statements, assembly: Assembly) -> None:
    if assembly.known.described(iri):
        return
    repository = NamedNode(iri)
    say.type(repository, SCHEMA("SoftwareSourceCode"))
    place = github.parse_repository(iri)
    say.text(repository, DCT("title"), iri.rpartition("/")[2] if isinstance(place, Refusal) else place.key)
    say.link(repository, SCHEMA("codeRepository"), repository)


def _name(repository: str) -> str:
    return repository.removeprefix("https://github.com/").rpartition("local/")[2]


def _evidence(file: File, signal: Signal, target: Target) -> Evidence:
    place = signal.place
    lines = f"line {place.start}" if place.end <= place.start else f"lines {place.start} to {place.end}"
    pointer = lines if place.cell is None else f"cell {place.cell}, {lines}"
    confidence = signal.confidence if target.exact else min(signal.confidence, MOST_SURE_CANDIDATE)
    return Evidence(
        signal.method, confidence, file.at, place.quote, pointer, address_of(file.at, file.path, place), file.path
    )


def address_of(at: str, path: str, place: Place) -> str:
    """The page on GitHub that shows the lines; `""` for a file that is not there."""
    file = github.parse_file(at)
    if isinstance(file, Refusal):
        return ""
    plain = "?plain=1" if path.endswith(_RENDERED) else ""
    start = place.start if place.cell is None else place.file_line
    if not start:
        return f"{file.blob_url}{plain}"
    end = start + max(place.end - place.start, 0)
    return f"{file.blob_url}{plain}#L{start}" + (f"-L{end}" if end > start else "")
