"""The client of one server: queries, search, datasets, STAC."""

import difflib
import os
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from leap_kg.client import asking
from leap_kg.client.asking import Asked, Moment, ask, moment_of
from leap_kg.client.dataset import Dataset
from leap_kg.client.errors import BadAnswer, CutResult, KgError, NotFound
from leap_kg.client.naming import Datasets, dataset_iri
from leap_kg.client.narrowing import Place, Time, box_of, period_of
from leap_kg.client.packages import need
from leap_kg.client.prefixes import declared, prefixes_in, undeclared
from leap_kg.client.records import Records, definitions, link
from leap_kg.client.requests import DataRequest, asked_for
from leap_kg.client.searching import Hit, search
from leap_kg.client.transport import Transport

if TYPE_CHECKING:
    import pystac_client

VARIABLE = "LEAP_KG_URL"
TOKEN = "LEAP_KG_TOKEN"  # noqa: S105 - the name of a variable
_KEPT_SECONDS = 60.0
_MOST_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query that the server knows by name, with its parameters; an answer ends after `limit` rows, if it has one."""

    name: str
    title: str
    parameters: tuple[str, ...]
    limit: int | None = field(repr=False)
    text: str = field(repr=False)


class Client:
    """A leap-kg server; `url` is its address, by default that in `LEAP_KG_URL`.

    `token` is for servers that want to know who asks; by default that in `LEAP_KG_TOKEN`, for the server in
    `LEAP_KG_URL` only, so that no other one learns it.
    An answer may take `seconds`; where the server asks to wait, the client waits up to `patience` seconds in all. An
    answer may have `most_bytes`. One client serves any number of threads.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        seconds: float = 60.0,
        patience: float = 60.0,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        usual = os.environ.get(VARIABLE, "")
        given = url or usual
        if not given:
            fix = f"Give it as Client('https://...'), or set {VARIABLE}."
            raise KgError("there is no address of a server", fix)
        if token is None and given.rstrip("/") == usual.rstrip("/"):
            token = os.environ.get(TOKEN, "")
        self._transport = Transport(given, seconds, patience, most_bytes, token or "")
        self._seconds = seconds
        self._prefixes: dict[str, str] = {}
        self._queries: tuple[float, Records[NamedQuery]] | None = None
        self.datasets = Datasets(self)

    def __repr__(self) -> str:
        return f"leap_kg.Client({self.url!r})"

    def _repr_html_(self) -> str:
        return definitions(
            {"leap-kg server": link(self.url, self.url), "SPARQL": link("/sparql", f"{self.url}/sparql")}
        )

    @property
    def url(self) -> str:
        """The address of the server."""
        return self._transport.url

    @property
    def host(self) -> str:
        """The host of the server."""
        return urlsplit(self.url).hostname or ""

    # --- queries

    def sparql(self, query: str, at: Moment = None) -> Any:  # noqa: ANN401 - a DataFrame, a bool or an rdflib.Graph
        """The answer to a query: a `pandas.DataFrame` with typed columns for SELECT, a `bool` for ASK, an
        `rdflib.Graph` for CONSTRUCT and DESCRIBE.

        `at` asks the graph as it was: a revision, a date or a time. A result that is cut warns (`CutResult`).
        """
        asked = ask(self._transport, self._declared(query), at)
        return asking.as_python(asked, {"query": query, "url": self.url})

    def query(self, name: str, /, at: Moment = None, **values: object) -> Any:  # noqa: ANN401 - as `sparql`
        """The answer to a query that the server knows by name, such as `questions/users-of-data`.

        `values` are those of its parameters; those left out have their defaults. See `queries`.
        """
        asked, text = self._named(name, at, values)
        return asking.as_python(asked, {"query": text, "url": self.url})

    @property
    def queries(self) -> Records[NamedQuery]:
        """The queries that the server knows by name."""
        now = time.monotonic()
        if self._queries is None or now - self._queries[0] > _KEPT_SECONDS:
            self._queries = now, Records(NamedQuery, _named_queries(self._transport.json("/queries.json")), "query")
        return self._queries[1]

    def rows(self, query: str, at: Moment = None, endpoint: str = asking.SPARQL) -> list[dict[str, str]]:
        """The rows of a SELECT as texts by name, for programs that need no DataFrame."""
        asked = ask(self._transport, self._declared(query), at, endpoint)
        if asked.table is None:
            raise KgError("the query is no SELECT", "Use sparql() for ASK, CONSTRUCT and DESCRIBE.")
        return asked.table.rows()

    def rows_of(self, name: str, /, at: Moment = None, **values: object) -> list[dict[str, str]]:
        """The rows of a named query as texts by name."""
        asked, _ = self._named(name, at, values)
        return asked.table.rows() if asked.table is not None else []

    def _named(self, name: str, at: Moment, values: dict[str, object]) -> tuple[Asked, str]:
        known = {query.name: query for query in self.queries}
        if name not in known:
            alike = difflib.get_close_matches(name, known, 3, 0.4)
            fix = f"Is it {' or '.join(alike)}? " if alike else ""
            raise NotFound(f"the server has no query named {name!r}", f"{fix}See .queries for all.")
        query = known[name]
        if unknown := sorted(values.keys() - set(query.parameters)):
            has = f"It has {', '.join(query.parameters)}." if query.parameters else "It has none."
            raise KgError(f"the query {name} has no parameter {unknown[0]!r}", has)
        moment = {"at": moment_of(at)} if at is not None else {}
        place = urlsplit(self._transport.led(f"/queries/{quote(name)}", {**values, **moment}))
        text = parse_qs(place.query).get("query", [""])[0]
        endpoint = "/changes/sparql" if place.path.endswith("/changes/sparql") else asking.SPARQL
        asked = ask(self._transport, text, at, endpoint, level=3)
        if query.limit and asked.table is not None and asked.table.length >= query.limit:
            warnings.warn(
                f"the query {name} ends after {query.limit:,} rows, and there may be more: change LIMIT in the text "
                "that .queries has, and give it to sparql()",
                CutResult,
                stacklevel=3,
            )
        return asked, text

    # --- things

    def search(
        self,
        text: str = "",
        *,
        kind: str | Sequence[str] = "",
        bbox: Place | None = None,
        time: Time = None,
        standard_name: str = "",
        exact: bool = False,
        limit: int = 1000,
        **facets: object,
    ) -> Records[Hit]:
        """Nodes that have the words of `text`, best first; `kind` such as `dataset`, `paper` or `person`.

        `bbox` is west, south, east and north in degrees, `time` a year, a day or `(start, end)`, `standard_name` a name
        of CF's table or one that it was called by. `facets` are the other parameters of `/search`: `variable`, `unit`,
        `format`, `chunking`, `access`, `licence`, `tag`, `provider`, ..., one value or a list of them. Where nothing
        has the words, the server searches the nearest ones and this warns (`OtherWords`), unless `exact`.
        It takes one request for a thousand hits, and a second one for up to ten thousand.
        """
        narrowed = {"bbox": box_of(bbox), "time": period_of(time), "standard_name": standard_name}
        narrowed["exact"] = "yes" if exact else ""
        return search(self, self._transport, text, limit, {"kind": kind, **narrowed, **facets})

    def requests(self, status: str = "", words: str = "") -> Records[DataRequest]:
        """The requests for data, the newest first: those that are `status` (`asked`, `published`, ...), and those with
        `words` in their title, or all.
        """
        return asked_for(self, status, words)

    def dataset(self, name: str, at: Moment = None) -> Dataset:
        """A dataset by its name (`example-lab/sst-analysis-feedstock`), its IRI, its page, or a part of its title.

        Raises `Ambiguous` with the candidates where several are meant, and `NotFound`.
        """
        return Dataset(self, dataset_iri(self, name, at), at)

    def stac(self) -> "pystac_client.Client":
        """The STAC API of the server, as a `pystac_client.Client`."""
        found = need("pystac_client", "the STAC API")
        address = f"{self.url}/stac/"
        try:
            catalog: pystac_client.Client = found.Client.open(
                address, request_modifier=self._transport.sign, timeout=self._seconds
            )
        except Exception as error:  # noqa: BLE001 - the library lets errors of requests, of JSON and of STAC through
            raise KgError(
                f"{address} is no STAC API ({type(error).__name__}: {error})",
                "Does this server have one? Its first page and /stac in a browser tell.",
            ) from None
        return catalog

    def slug(self, iri: str) -> str:
        """The short name of a dataset with this IRI; the IRI itself if it is not one of the server's own."""
        return iri.removeprefix(f"{self.base}dataset/")

    def page(self, iri: str) -> str:
        """Where the server shows a node."""
        if iri.startswith(self.base) and "?" not in iri:
            return f"{self.url}/{quote(iri.removeprefix(self.base), safe='/-._~!$&()*+,;=:@%#')}"
        return f"{self.url}/node?iri={quote(iri, safe='')}"

    def form(self, iri: str, suffix: str, at: Moment = None) -> str:
        """A form of the page of a node, such as `.bib`, as text."""
        path, _, query = self.page(iri).removeprefix(self.url).partition("?")
        asked = {"iri": iri} if query else {}
        moment = moment_of(at)
        return self._transport.get(f"{path}{suffix}", {**asked, **({"at": moment} if moment else {})}).text()

    @property
    def base(self) -> str:
        """What the IRIs of the server's own nodes begin with."""
        return self.prefixes["kg"]

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that queries need not declare."""
        if not self._prefixes:
            self._prefixes = prefixes_in(self._transport.json("/context.jsonld", accept="application/ld+json"))
        return self._prefixes

    def _declared(self, query: str) -> str:
        return declared(query, self.prefixes) if undeclared(query) else query


def _named_queries(document: object) -> list[NamedQuery]:
    if not isinstance(document, list) or not all(isinstance(entry, dict) for entry in document):
        raise BadAnswer("the server's answer is no list of queries", "Is it a leap-kg server?")
    return [
        NamedQuery(
            name=str(entry.get("name", "")),
            title=str(entry.get("title", "")),
            parameters=tuple(
                str(parameter.get("name", ""))
                for parameter in entry.get("parameters") or ()
                if isinstance(parameter, dict)
            ),
            limit=entry["limit"] if isinstance(entry.get("limit"), int) else None,
            text=str(entry.get("text", "")),
        )
        for entry in document
    ]
