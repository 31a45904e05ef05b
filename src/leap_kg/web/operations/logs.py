"""What the program says while it works: JSON lines for programs that collect logs, colours for people.

One line per request is written by hand, since a general logger takes longer than a cached answer. All else goes
through structlog. Everything is written to standard error.

Hazard: requests are full of other people's text. Control characters are escaped in either form, query strings are
never logged (a token could be in one), secrets in other addresses are taken out, and addresses of clients are told only
where `LEAP_KG_LOG_CLIENTS` says so.
"""

import hashlib
import io
import logging
import os
import sys
import time
from contextvars import ContextVar
from dataclasses import replace
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from leap_kg.redaction import hide
from leap_kg.settings import Settings

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request that this task answers, `""` outside of one."""

SLOW = 1.0
"""Seconds from which on a query is told."""

_SHOWN = 200
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

log = structlog.get_logger(__name__)


def configure(settings: Settings) -> None:
    """Set up the logs of this process as the settings have it."""
    as_json = is_json(settings)
    rendering: list[Processor] = (
        [structlog.processors.format_exc_info, _without_secrets, structlog.processors.JSONRenderer()]
        if as_json
        else [_without_secrets, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_plain)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _with_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            *([] if as_json else [_escaped]),
            *rendering,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def configure_command(settings: Settings) -> None:
    """As `configure`, but quiet on a terminal, where the command itself tells people what it did."""
    quiet = sys.stderr.isatty() and settings.log_level == "info"
    configure(replace(settings, log_level="warning") if quiet else settings)


def is_json(settings: Settings) -> bool:
    """Whether the logs are JSON lines: if the settings say so, or standard error is no terminal."""
    return settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())


class AccessLog:
    """Writes one line per request."""

    def __init__(self, settings: Settings) -> None:
        self.wanted = _LEVELS[settings.log_level] <= logging.INFO
        self._json = is_json(settings)
        self._clients = settings.log_clients
        self._file = sys.stderr.fileno()
        self._second = 0
        self._stamp = ""

    def write(
        self,
        request: str,
        method: str,
        route: str,
        path: str,
        status: int,
        seconds: float,
        revision: bytes,
        client: str,
    ) -> None:
        """A request that was answered; `revision` is the one that it read, `b""` if it said none."""
        if not self._json:
            more: dict[str, Any] = {"revision": int(revision)} if revision else {}
            if self._clients:
                more["client"] = client
            shown = round(seconds * 1000, 2)
            log.info("request", method=method, route=route, path=path[:_SHOWN], status=status, ms=shown, **more)
            return
        line = (
            f'{{"event":"request","level":"info","time":"{self._now()}","request":{quoted(request)},'
            f'"method":{quoted(method)},"route":{quoted(route)},"path":{quoted(path[:_SHOWN])},'
            f'"status":{status},"ms":{seconds * 1000:.2f}'
        )
        if revision:
            line += f',"revision":{revision.decode()}'
        if self._clients:
            line += f',"client":{quoted(client)}'
        os.write(self._file, f"{line}}}\n".encode())

    def _now(self) -> str:
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second = second
            self._stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._stamp}.{int((now - second) * 1000):03d}Z"


def slow_query(text: str, seconds: float, reason: str = "") -> None:
    """Tell of a query that took long or was stopped, by its hash and its beginning."""
    if seconds < SLOW and not reason:
        return
    hashed = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    beginning = text[:_SHOWN].encode("unicode_escape").decode("ascii")
    more = {"reason": reason} if reason else {}
    log.warning("slow query", hash=hashed, query=beginning, seconds=round(seconds, 3), **more)


def _with_request(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if request := REQUEST.get():
        event.setdefault("request", request)
    return event


def _without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: hide(value) if isinstance(value, str) else value for key, value in event.items()}


def _plain(out: TextIO, problem: ExcInfo) -> None:
    """A plain traceback: richer ones show what frames hold, headers with tokens among it."""
    text = io.StringIO()
    structlog.dev.plain_traceback(text, problem)
    out.write(hide(text.getvalue()))


def _escaped(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Texts without control characters, which could make a terminal or a reader believe in other lines."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[name] = value.encode("unicode_escape").decode("ascii")
    return event
