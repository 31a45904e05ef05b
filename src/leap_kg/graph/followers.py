"""Opens a home for writing with everything that follows its log: its history, and the server that answers for it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from leap_kg.graph.history.aside import Aside
from leap_kg.graph.history.followed import History
from leap_kg.graph.home import REPLICA, Home, HomeError
from leap_kg.graph.log.patch import PatchLog
from leap_kg.graph.publication.committing import Follower
from leap_kg.graph.publish import Writer
from leap_kg.graph.remote.follower import RemoteFollower

log = structlog.get_logger(__name__)


@contextmanager
def followed_writer(home: Home, base: str, wait: float = 0.0, *, replica: bool = False) -> Iterator[Writer]:
    """The home's writer, whose revisions the followers are told of; `wait` seconds for another to end.

    What the history puts off while the writer is held, another process makes good meanwhile, or, if that fails, this
    one when the home is free again. Raises as `Writer`.
    """
    if (home.path / REPLICA).exists() and not replica:
        raise HomeError(
            f"{home.path} is a replica and only follows; write to the home that it follows, or, if that is lost and "
            f"this one is to take its place, delete {REPLICA} here first"
        )
    history = History(home, base)
    with (
        Aside(home, base, history) as aside,
        Writer(home, base, wait, _followers(home, base, history, aside)) as writer,
    ):
        yield writer
    try:
        history.catch_up(PatchLog(home.log))
    except (HomeError, sqlite3.Error, OSError) as error:
        log.warning("the history of changes is behind; the next writer tries again", reason=str(error))


def _followers(home: Home, base: str, history: History, aside: Aside) -> list[Follower]:
    followers: list[Follower] = [history.follow, aside.follow]
    if home.remote is not None:
        followers.append(RemoteFollower(home, base, home.remote).follow)
    return followers
