"""The named queries: the `.rq` files of a folder, each a SPARQL query under a header of `#+` comments.

    #+ title: Datasets of a person
    #+ description: Datasets that name this person as maintainer.
    #+ question: 10
    #+ panel_of: [foaf:Person]
    #+ order: 20
    #+ parameters:
    #+   node: {type: iri, description: The person}
    #+ columns: {dataset: Dataset}
    SELECT ?dataset { ?dataset schema:maintainer ?_node }

The header is YAML (see `header`); all keys but `title` are optional. A parameter `node` stands in the query as
`?_node` and is replaced by a term, so it can stand wherever a term can; to select it, write `(?_node AS ?node)`.
All of a string must match its `pattern`, a regular expression, if it has one, and its `description` tells what fits;
`lower: true` writes it in lower case. `among: names/packages` names the query, without parameters and of one column,
that lists the values which the graph has; its title is the noun for one of them. `not_before: start` names a parameter
with a day (or a year, or a month) that the day of this one may not lie before, and `titled: [dataset, store]` the kinds
of nodes of which one should have the string in its title. `panel_of` names the classes whose
pages show the query (`any` for all). Our own prefixes need no PREFIX line. IRIs and strings that begin with the default
base move with the base.

Hazard: a fault in a file must not wait for the page that uses it, so every query is checked when it is loaded: by the
guard that visitors' queries pass and, with a sample for each parameter, by the engine's parser.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pyoxigraph import Store

from leap_kg.ontology.namespaces import prefixes
from leap_kg.settings import DEFAULT_BASE
from leap_kg.sparql import header as headers
from leap_kg.sparql import template
from leap_kg.sparql.guard import QueryForm, Refused, check
from leap_kg.sparql.header import Header, HeaderError
from leap_kg.sparql.parameters import Parameter, ParameterError, Value
from leap_kg.sparql.tokens import LexicalError, position

ANY = headers.ANY
Read = TypeVar("Read")


class CatalogueError(ValueError):
    """A `.rq` file that cannot be used; the message is `file:line: reason`."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path = path
        self.line = line


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """One query: `name` is its path below the folder without suffix, `text` the query without its header.

    `panel_of` are the IRIs of the classes whose pages show it (`ANY` for all), in the order of `order`; `columns`
    are labels for variables; `question` is its number in the list of questions the graph must answer.
    """

    name: str
    title: str
    text: str
    form: QueryForm
    description: str
    parameters: Mapping[str, Parameter]
    question: int | None
    panel_of: tuple[str, ...]
    order: int
    columns: Mapping[str, str]

    @property
    def subject(self) -> str | None:
        """The parameter that takes the IRI of the page's node, if this is a panel."""
        return headers.SUBJECT if self.panel_of else None

    def bind(self, **values: Value | None) -> str:
        """A query that stands alone, with the parameters replaced; raises `ParameterError`.

        `None` takes the default. Text is read as the parameter's type says, and whatever it holds becomes one term.
        """
        if unknown := sorted(values.keys() - self.parameters.keys()):
            has = f"it has {', '.join(self.parameters)}" if self.parameters else "it has none"
            raise ParameterError(f"{self.name} has no parameter {unknown[0]!r}; {has}")
        terms = {each.variable: each.write(values.get(name)) for name, each in self.parameters.items()}
        taken = {name: each.taken(values.get(name)) for name, each in self.parameters.items()}
        for name, each in self.parameters.items():
            if each.not_before is not None:
                each.follows(taken[each.not_before], taken[name])
        return f"# {self.title}\n{template.substitute(self.text, terms)}"


class Catalogue:
    """The named queries of one folder."""

    def __init__(self, queries: Iterable[NamedQuery], known: Mapping[str, str]) -> None:
        self._queries = {query.name: query for query in sorted(queries, key=lambda query: query.name)}
        self._titled = {query.title: query for query in self._queries.values()}
        self._prefixes = known

    def get(self, name: str) -> NamedQuery | None:
        """The query with this name."""
        return self._queries.get(name)

    def of(self, text: str) -> NamedQuery | None:
        """The query that `bind` gave this text, by the title in its first line."""
        first, _, _ = text.partition("\n")
        return self._titled.get(first.removeprefix("# ").strip()) if first.startswith("# ") else None

    def all(self) -> list[NamedQuery]:
        """Every query, by name."""
        return list(self._queries.values())

    def panels_for(self, types: Iterable[str]) -> list[NamedQuery]:
        """The panels of a node with these classes (IRIs or prefixed names), by `order`, then by name."""
        wanted = {self._class(each) for each in types} | {ANY}
        found = [query for query in self._queries.values() if wanted.intersection(query.panel_of)]
        return sorted(found, key=lambda query: (query.order, query.name))

    def _class(self, name: str) -> str:
        try:
            return headers.expand(name, self._prefixes)
        except ValueError:  # an IRI of another scheme, such as a URN
            return name


def load(folder: Path, base: str = DEFAULT_BASE) -> Catalogue:
    """Read every `.rq` file below `folder`; `base` is the IRI that the graph's own IRIs begin with.

    Raises `CatalogueError` for the first file that is at fault.
    """
    known = prefixes(base)
    found = {path: _File(path, known).query(_name(path, folder), base) for path in sorted(folder.rglob("*.rq"))}
    lists = {query.name for query in found.values() if query.form is QueryForm.SELECT and not query.parameters}
    for path, query in found.items():
        for name, parameter in query.parameters.items():
            if parameter.among is not None and parameter.among not in lists:
                reason = f"parameters: {name} is among {parameter.among}, which is no SELECT without parameters"
                raise CatalogueError(path, 1, reason)
    return Catalogue(found.values(), known)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).with_suffix("").as_posix()


class _File:
    """One `.rq` file while it is read; its faults know their lines."""

    def __init__(self, path: Path, known: Mapping[str, str]) -> None:
        self._path = path
        self._known = known
        try:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        except UnicodeDecodeError as error:
            raise self._fault(1, f"not UTF-8 ({error.reason} at byte {error.start})") from None
        marked = (number for number, line in enumerate(lines) if not line.startswith(headers.MARK))
        self._length = next(marked, len(lines))
        self._lines = lines[: self._length]
        self._body = "".join(lines[self._length :])

    def query(self, name: str, base: str) -> NamedQuery:
        try:
            header = headers.read(self._lines, self._known)
            self._check_names(header)
            text = template.declare(template.rebase(self._body, DEFAULT_BASE, base), self._known)
        except HeaderError as error:
            raise self._fault(error.line, str(error)) from None
        except LexicalError as error:
            raise self._fault(self._line(error.offset), str(error)) from None
        query = NamedQuery(
            name=name,
            title=header.title,
            text=text,
            form=self._read(check, text),
            description=header.description,
            parameters={key: _rebased(each, base) for key, each in header.parameters.items()},
            question=header.question,
            panel_of=header.panel_of,
            order=header.order,
            columns=header.columns,
        )
        self._read(Store().query, query.bind(**{key: each.sample for key, each in header.parameters.items()}))
        return query

    def _check_names(self, header: Header) -> None:
        """Parameters and columns must be the query's own, and the other way round."""
        used = template.parameters(self._body)
        declared = {each.variable for each in header.parameters.values()}
        for variable, token in used.items():
            if variable not in declared:
                raise LexicalError(token.offset, f"{variable} is not declared under 'parameters'")
        if unused := sorted(declared - used.keys()):
            raise HeaderError(1, f"the query does not use {unused[0]}")
        if unknown := sorted(header.columns.keys() - template.variables(self._body)):
            raise HeaderError(1, f"columns: the query has no variable ?{unknown[0]}")

    def _read(self, reader: Callable[[str], Read], text: str) -> Read:
        """Have the guard or the engine read a form of the query, which may have lines before it that we added.

        The engine's parser looks some characters ahead, so the line that it names can be one too late.
        """
        try:
            return reader(text)
        except (Refused, SyntaxError) as error:
            added = text.count("\n") - self._body.count("\n")
            found = re.search(r"(?:line |error at )(\d+)(?:, column |:)(\d+): ", str(error))
            line, reason = (int(found[1]) - added, str(error)[found.end() :]) if found else (1, str(error))
            raise self._fault(self._length + line, reason) from None

    def _line(self, offset: int) -> int:
        return self._length + position(self._body, offset)[0]

    def _fault(self, line: int, reason: str) -> CatalogueError:
        return CatalogueError(self._path, line, reason)


def _rebased(parameter: Parameter, base: str) -> Parameter:
    default = parameter.default
    if parameter.type != "iri" or not isinstance(default, str) or not default.startswith(DEFAULT_BASE):
        return parameter
    return replace(parameter, default=base + default.removeprefix(DEFAULT_BASE))
