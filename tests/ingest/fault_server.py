"""A listing API that goes wrong in ten ways, and keeps account of who comes back too early.

A hundred records on ten pages, each record at an address of its own. The server goes by the clock it is given, so a
client that sleeps by the same clock waits no real time, and the server still sees how long it stayed away.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from tests.ingest.clock import Clock
from tests.ingest.hostile_server import Exchange, HostileServer, serving

RECORDS = 100
PER_PAGE = 10
PAGES = RECORDS // PER_PAGE

LIMITED_PAGE = 2  # 429 with Retry-After 400, once
SECONDARY_PAGE = 3  # 403 with GitHub's words for its secondary limit, once
DUPLICATED_PAGE = 5  # comes twice in a row
LOST_PAGE = 8  # may be left out of the listing, as if its records were gone
TRUNCATED, RENAMED, SPOILT, BAD, DRIPPED, MISTYPED = 17, 23, 31, 42, 55, 66
DRIP = 40  # bytes, one every 50 ms
_SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}


class FaultServer:
    """`early` counts requests that came before the server wanted one; `conditional` and `asked` are of the last run.

    With `lost` the listing lacks a page; with `spoilt` a record that was good is no JSON any more.
    """

    def __init__(self, server: HostileServer, clock: Clock) -> None:
        self.server = server
        self.clock = clock
        self.early = 0
        self.conditional = 0
        self.asked = 0
        self.lost = False
        self.spoilt = False
        self.met: set[str] = set()
        self._until = datetime.min.replace(tzinfo=UTC)
        self._once: set[str] = set()
        server.page("/items", self._listing)
        for number in range(RECORDS):
            server.page(f"/item/{number}", self._item)
        server.page(f"/renamed/{RENAMED}", self._item)

    def new_run(self) -> None:
        """Count the requests of a run anew."""
        self.conditional = self.asked = 0

    @property
    def listing(self) -> str:
        return self.server.url("/items?page=1")

    def _enter(self, exchange: Exchange) -> None:
        self.asked += 1
        self.conditional += "If-None-Match" in exchange.headers
        if self.clock.now() < self._until:
            self.early += 1

    def _first(self, fault: str) -> bool:
        """Whether this fault is still to come."""
        if fault in self._once:
            return False
        self._once.add(fault)
        self.met.add(fault)
        return True

    def _limit(self, seconds: float) -> None:
        self._until = self.clock.now() + timedelta(seconds=seconds)

    def _listing(self, exchange: Exchange) -> None:
        self._enter(exchange)
        query = parse_qs(urlsplit(exchange.path).query)
        page, again = int(query["page"][0]), "again" in query
        if page == LIMITED_PAGE and self._first("429 with Retry-After 400"):
            self._limit(400)
            exchange.answer(429, Retry_After="400")
        elif page == SECONDARY_PAGE and self._first("403, secondary limit"):
            self._limit(60)
            exchange.answer(403, json.dumps(_SECONDARY).encode(), X_GitHub_Request_Id="0:1")
        else:
            self._page(exchange, page, again=again)

    def _page(self, exchange: Exchange, page: int, *, again: bool) -> None:
        numbers = range((page - 1) * PER_PAGE, page * PER_PAGE)
        items = [{"id": number, "url": self.server.url(f"/item/{number}")} for number in numbers]
        following = f"page={page + 1}"
        if page == DUPLICATED_PAGE and not again:
            self.met.add("duplicated page")
            following = f"page={page}&again=1"
        elif page == LOST_PAGE - 1 and self.lost:
            self.met.add("lost page")
            following = f"page={page + 2}"
        headers = {} if page == PAGES else {"Link": f'</items?{following}>; rel="next"'}
        self._good(exchange, json.dumps({"total": RECORDS, "items": items}).encode(), **headers)

    def _item(self, exchange: Exchange) -> None:
        self._enter(exchange)
        number = int(exchange.path.rpartition("/")[2])
        data = json.dumps({"id": number, "title": f"Record {number}"}).encode()
        if number == TRUNCATED and self._first("truncated body"):
            exchange.head(200, {"Content-Length": str(len(data)), "Content-Type": "application/json"})
            exchange.send(data[:10])
            exchange.close_connection = True
        elif number == RENAMED and exchange.path.startswith("/item/"):
            self.met.add("301 rename")
            exchange.answer(301, Location=f"/renamed/{number}")
        elif number == BAD or (number == SPOILT and self.spoilt):
            self.met.add("1 bad record in 100")
            self._good(exchange, data[:-5])
        elif number == DRIPPED and self._first("slow drip"):
            exchange.head(200, {"Content-Length": str(DRIP), "Content-Type": "application/json"})
            for _ in range(DRIP):
                exchange.send(b" ")
                time.sleep(0.05)
        elif number == MISTYPED and self._first("wrong content type"):
            exchange.answer(200, b"<html>We will be right back</html>", Content_Type="text/html")
        else:
            self._good(exchange, data)

    def _good(self, exchange: Exchange, data: bytes, **headers: str) -> None:
        tag = f'"{hash(data)}{headers}"'.replace("'", "").encode("ascii", "replace").decode()
        if exchange.headers["If-None-Match"] == tag:
            self.met.add("304")
            exchange.head(304, {"ETag": tag})
        else:
            exchange.answer(200, data, ETag=tag, Content_Type="application/json", **headers)


@contextmanager
def going_wrong(clock: Clock) -> Iterator[FaultServer]:
    """A fault server that runs while the context lasts."""
    with serving(now=clock.now) as server:
        yield FaultServer(server, clock)
