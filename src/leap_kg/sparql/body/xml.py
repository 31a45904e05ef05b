"""The guard of RDF/XML, before the parser of RDF sees it: document types, nesting, names without end.

Hazards, measured on pyoxigraph 0.5.13: it expands entities without limit (a kilobyte became 10^9 characters), takes
minutes for elements nested 100,000 deep, for 100,000 attributes of one element or as many namespaces. Expat reads
the text first; that it is UTF-8 is forced on it, so that both read the same.
"""

import xml.parsers.expat
from typing import NoReturn

from leap_kg.sparql.body.limits import BodyLimits, BodyRefused, refused_at

_UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})
_SEPARATOR = " "


def check_xml(data: bytes, limits: BodyLimits) -> None:
    """Raise `BodyRefused` (400) with line and column for what is no XML or more of it than is read."""
    if (nul := data.find(b"\0")) >= 0:  # expat finds UTF-16 by them, whatever it was told
        raise refused_at(data, nul, "holds a zero byte; send UTF-8")
    _Check(limits).read(data)


class _Check:
    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._parser = parser = xml.parsers.expat.ParserCreate("utf-8", _SEPARATOR)
        self._depth = 0
        self._declared = 0
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._document_type
        parser.StartNamespaceDeclHandler = self._namespace
        parser.EndNamespaceDeclHandler = self._namespace_ended
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def read(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except xml.parsers.expat.ExpatError as error:
            reason = xml.parsers.expat.ErrorString(error.code)
            raise BodyRefused(400, f"is not XML: {reason}", error.lineno, error.offset + 1) from None

    def _refuse(self, detail: str) -> NoReturn:
        raise BodyRefused(400, detail, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _UTF8:
            self._refuse(f"the encoding is said to be {encoding[:40]}; send UTF-8")

    def _document_type(self, *_: object) -> None:
        self._refuse("a DOCTYPE is not allowed; write out what its entities stand for")

    def _namespace(self, _prefix: str | None, iri: str | None) -> None:
        self._declared += 1
        if self._declared > self._limits.namespaces:
            self._refuse(f"more than {self._limits.namespaces} namespaces are declared here; declare each one once")
        self._check_iri(iri or "")

    def _namespace_ended(self, _prefix: str | None) -> None:
        self._declared -= 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            self._refuse(f"nested deeper than {self._limits.depth}; give inner nodes names and write them flat")
        if len(attributes) > self._limits.attributes:
            self._refuse(f"more than {self._limits.attributes} attributes; write properties as elements")
        self._check_iri(name)
        for key, value in attributes.items():
            self._check_iri(key)
            if _SEPARATOR in key and key.startswith("http://www.w3.org/"):  # rdf:about, xml:base …
                self._check_iri(value)

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _check_iri(self, iri: str) -> None:
        if len(iri) > self._limits.iri:
            self._refuse(f"an IRI has more than {self._limits.iri} characters; shorten it")
