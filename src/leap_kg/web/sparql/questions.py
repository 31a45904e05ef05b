"""From a request to a SPARQL endpoint to its question: the query, prepared, and the state it is put to."""

from starlette.types import Scope

from leap_kg.ontology.namespaces import ONTOLOGY_PATH, prefixes
from leap_kg.sparql.guard import Refused
from leap_kg.sparql.query import Searching, prepare
from leap_kg.web.site import Site
from leap_kg.web.sparql.asking import Question
from leap_kg.web.sparql.queryform import QueryRequest
from leap_kg.web.sparql.states import State, States

CHANGES = "/changes/sparql"


class Questions:
    """What visitors ask one site."""

    def __init__(self, site: Site) -> None:
        base = site.settings.base
        self.states = States(site)
        self._site = site
        self._prefixes = prefixes(base)
        self._searching = Searching(f"{base}{ONTOLOGY_PATH}search", site.home.index)

    async def question(
        self, scope: Scope, asked: QueryRequest, accept: str, requested: str | None = None
    ) -> tuple[Question, State]:
        """What a request asks, of which state; `requested` is a format that goes before what the request says.

        Raises `Refused`, `QueryFailed`, and what `revision_asked` raises.
        """
        query = prepare(
            asked.query or "",
            accept=accept or None,
            requested=requested or asked.form,
            default_graphs=asked.default_graphs,
            named_graphs=asked.named_graphs,
            prefixes=self._prefixes,
            truncate=asked.truncate,
            searching=self._searching,
            base=self._site.settings.base,
        )
        states = self.states
        state = await (states.changes() if scope["path"] == CHANGES else states.asked(scope, asked.at))
        if query.searches and state.fixed is not None:
            raise Refused(400, "leap:search finds in the newest revision only; leave out `at`, or use CONTAINS")
        return self._site.asking.question(state.snapshot, state.revision, query, state.name), state
