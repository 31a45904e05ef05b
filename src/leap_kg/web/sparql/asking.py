"""How a visitor's query is answered: from what is kept, at once if it is a look-up, else by a worker.

Equal queries that come at the same time are run once. What is kept is told apart by everything an answer depends on,
so it is right for as long as it is kept.
"""

import hashlib
import time
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from leap_kg.graph.engine import Engine
from leap_kg.settings import Settings
from leap_kg.sparql import lookup
from leap_kg.sparql.budget import Budget
from leap_kg.sparql.cache import Cache, Flights
from leap_kg.sparql.cut import has_more_rows
from leap_kg.sparql.guard import QueryForm
from leap_kg.sparql.normal import is_repeatable, normalised, verdict
from leap_kg.sparql.pool import Pool
from leap_kg.sparql.query import Answer, Query, QueryFailed
from leap_kg.sparql.template import limit
from leap_kg.sparql.writer import Limits
from leap_kg.web.operations.logs import slow_query


@dataclass(frozen=True, slots=True)
class Question:
    """A query to a state of the graph; `tag` is the validator of its answer, `""` if it has a new one each time.

    `is_lookup` is whether it asks for statements about one IRI and no more.
    """

    snapshot: Path
    revision: int
    query: Query
    key: Hashable
    tag: str
    is_lookup: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer and when it was made, by the clock of `time.monotonic`.

    `full` is the LIMIT of the query where the answer has that many rows, so that there may be more.
    """

    answer: Answer
    made: float
    full: int | None = None


class Asking:
    """The way to the pool for one web process; `build` stands for the program that writes the answers."""

    def __init__(self, settings: Settings, build: str) -> None:
        self.budget = Budget(settings.budget_seconds, settings.budget_errors)
        self.pool = Pool(
            settings.workers,
            settings.query_seconds,
            settings.query_memory,
            settings.query_bytes,
            max_rows=settings.query_rows,
            spent=self.budget.spend,
        )
        self._cache = Cache[Kept](settings.cache_bytes)
        self._flights = Flights[Kept]()
        self._build = build.encode()
        self._seconds = settings.query_seconds
        self._limits = Limits(settings.query_bytes, settings.query_rows)

    def question(self, snapshot: Path, revision: int, query: Query, history: str = "") -> Question:
        """What is asked; `history` tells states apart that have the same number."""
        text = normalised(query.text)
        form = query.format
        key = (snapshot, text, form.name, query.default_graphs, query.named_graphs, query.truncate)
        if not is_repeatable(text):
            return Question(snapshot, revision, query, key, "")
        hashed = hashlib.blake2b(self._build, digest_size=9)
        hashed.update(repr((history, key[1:])).encode("utf-8", "surrogatepass"))
        tag = f'W/"{revision}-{hashed.hexdigest()}"'
        return Question(snapshot, revision, query, key, tag, lookup.is_lookup(text))

    def kept(self, question: Question) -> Kept | None:
        """The answer, if it is at hand."""
        return self._cache.get(question.key) if question.tag else None

    def looked_up(self, question: Question, store: Engine, client: str) -> Kept | None:
        """The answer if the question is a look-up that `store`, the same state, answers at once.

        Raises `QueryFailed` (429) if the client has used up its budget.
        """
        if not question.is_lookup:
            return None
        self.budget.check(client)
        answer = lookup.answered(store, question.query, self._limits)
        if answer is None:
            return None
        self.budget.spend(client, answer.seconds)
        return self._keep(question, answer)

    async def answer(self, question: Question, client: str) -> Kept:
        """The answer by a worker; raises `QueryFailed` (429 if the client has used up its budget).

        Cancelling stops the query, unless another client waits for the same.
        """
        self.budget.check(client)
        try:
            if not question.tag:
                return await self._run(question, client)
            return await self._flights.share(question.key, lambda: self._run(question, client))
        except QueryFailed as failure:
            if failure.by_query:
                self.budget.fail(client)
            raise

    async def _run(self, question: Question, client: str) -> Kept:
        try:
            answer = await self.pool.run(question.snapshot, question.query, client)
        except QueryFailed as failure:
            if failure.status == 503 and failure.by_query:
                slow_query(question.query.text, self._seconds, failure.reason)
            raise
        slow_query(question.query.text, answer.seconds)
        return self._keep(question, answer)

    def _keep(self, question: Question, answer: Answer) -> Kept:
        kept = Kept(answer, time.monotonic(), _filled(question.query, answer))
        if question.tag:
            self._cache.put(question.key, kept, len(answer.body) + 2 * len(question.query.text))
        return kept


def _filled(query: Query, answer: Answer) -> int | None:
    """The LIMIT of the query, if the answer is whole and has that many rows."""
    if answer.rows is not None or "limit" not in query.text.lower():
        return None
    if verdict(query.text).form is not QueryForm.SELECT:
        return None
    most = limit(query.text)
    return most if most and has_more_rows(answer.body, answer.format.name, most - 1) else None
