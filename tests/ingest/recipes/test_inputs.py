"""Fetching what a recipe reads from a server that misbehaves: whole files by their checksums, or one clear reason."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leap_kg.ingest.recipes.engine.leap_recipe import inputs
from leap_kg.ingest.recipes.engine.leap_recipe.failing import Failed
from leap_kg.ingest.recipes.engine.leap_recipe.inputs import Inputs
from tests.ingest.hostile_server import Exchange, HostileServer, Page, drip, serving

BODY = b"x" * 100_000


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with serving() as started:
        yield started


def after(faults: list[Page]) -> Page:
    """A page that goes wrong in these ways, one after the other, and then is right."""

    def page(exchange: Exchange) -> None:
        if faults:
            faults.pop(0)(exchange)
        else:
            exchange.answer(200, BODY)

    return page


def truncated(exchange: Exchange) -> None:
    exchange.head(200, {"Content-Length": str(len(BODY))})
    exchange.send(BODY[:70_000])
    exchange.close_connection = True


def test_faults_that_pass_are_waited_for_and_the_file_is_whole(server: HostileServer, tmp_path: Path) -> None:
    url = server.page("/a.nc", after([lambda exchange: exchange.answer(503), truncated]))
    (found,) = Inputs(tmp_path, pause=0.001).all([url])
    assert (found.size, found.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())
    assert Path(found.path).read_bytes() == BODY
    assert server.asked["/a.nc"] == 3
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_changes_between_two_attempts_is_the_later_one_as_a_whole(
    server: HostileServer, tmp_path: Path
) -> None:
    later = b"y" * 90_000
    pages: list[Page] = [truncated, lambda exchange: exchange.answer(200, later)]
    url = server.page("/a.nc", lambda exchange: pages.pop(0)(exchange))
    (found,) = Inputs(tmp_path, pause=0.001).all([url])
    assert (found.size, found.sha256) == (len(later), hashlib.sha256(later).hexdigest())
    assert Path(found.path).read_bytes() == later


def test_a_source_that_drips_is_given_up_and_named(
    server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "_SILENT", 0.2)  # not a minute, which is what people wait
    url = server.page("/a.nc", drip)
    began = time.monotonic()
    with pytest.raises(Failed, match=r"/a\.nc could not be fetched in 4 attempts: only \d+ bytes came in 0 s"):
        Inputs(tmp_path, pause=0.001).all([url])
    assert time.monotonic() - began < 10  # it would take 40 s to read to the end
    assert server.asked["/a.nc"] == 4


def test_a_file_is_fetched_once(server: HostileServer, tmp_path: Path) -> None:
    url = server.page("/a.nc", after([]))
    found = Inputs(tmp_path)
    assert found.all([url, url])[0] == found.all([url])[0]
    assert server.asked["/a.nc"] == 1


def test_a_file_that_stays_truncated_is_named_with_what_came(server: HostileServer, tmp_path: Path) -> None:
    url = server.page("/a.nc", truncated)
    with pytest.raises(Failed, match=r"/a\.nc could not be fetched in 4 attempts: .*70000"):
        Inputs(tmp_path, pause=0.001).all([url])


def test_a_file_that_is_not_there_is_asked_for_once_and_its_secret_is_not_told(
    server: HostileServer, tmp_path: Path
) -> None:
    url = server.page("/a.nc", lambda exchange: exchange.answer(404)) + "?token=secret"
    with pytest.raises(Failed, match=r"a\.nc was answered with 404: correct the address") as raised:
        Inputs(tmp_path, pause=0.001).all([url])
    assert "secret" not in str(raised.value)
    assert server.asked["/a.nc"] == 1


def test_a_file_of_this_machine_is_read_in_place(tmp_path: Path) -> None:
    (tmp_path / "a.nc").write_bytes(BODY)
    (found,) = Inputs(tmp_path / "inputs").all([(tmp_path / "a.nc").as_uri()])
    assert (found.path, found.sha256) == (str(tmp_path / "a.nc"), hashlib.sha256(BODY).hexdigest())
    with pytest.raises(Failed, match="check the path"):
        Inputs(tmp_path / "inputs").all([str(tmp_path / "b.nc")])


@pytest.mark.parametrize(
    ("header", "value", "asks"),
    [
        ("ETag", '"v1"', "If-None-Match"),
        ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT", "If-Modified-Since"),
        ("ETag", 'W/"v1"', ""),  # a weak one does not say that the bytes are the same
    ],
    ids=["etag", "last-modified", "weak"],
)
def test_what_the_server_says_has_not_changed_is_not_fetched_until_it_is_needed(
    header: str, value: str, asks: str, server: HostileServer, tmp_path: Path
) -> None:
    whole: list[bool] = []

    def page(exchange: Exchange) -> None:
        whole.append(not asks or exchange.headers.get(asks) != value)
        exchange.answer(200 if whole[-1] else 304, BODY if whole[-1] else b"", **{header: value})

    url = server.page("/a.nc", page)
    first = Inputs(tmp_path / "one").all([url])[0]
    later = Inputs(tmp_path / "two", known={url: replace(first, path="")})
    (same,) = later.asked([url])
    assert (same.sha256, bool(same.path)) == (first.sha256, not asks)
    assert whole == [True, not asks]
    (here,) = later.all([url])
    assert Path(here.path).read_bytes() == BODY
    assert later.asked([url]) == [here]
