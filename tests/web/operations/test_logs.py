"""What a log line says, and what nobody can make it say."""

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.settings import Settings
from leap_kg.web.operations.logs import REQUEST, AccessLog, configure, slow_query

JSON = Settings(log_format="json")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    REQUEST.set("")


def access(settings: Settings, capfd: pytest.CaptureFixture[str], path: str = "/x", client: str = "192.0.2.1") -> str:
    """The line of one request."""
    configure(settings)
    AccessLog(settings).write("id-1", "GET", "/{path:path}", path, 200, 0.01234, b"7", client)
    return capfd.readouterr().err


def test_a_request_is_one_line_of_json(capfd: pytest.CaptureFixture[str]) -> None:
    line = json.loads(access(JSON, capfd))
    moment = line.pop("time")
    assert moment.endswith("Z")
    assert line == {
        "event": "request", "level": "info", "request": "id-1", "method": "GET", "route": "/{path:path}",
        "path": "/x", "status": 200, "ms": 12.34, "revision": 7,
    }  # fmt: skip


def test_clients_are_logged_only_if_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    for form in ("json", "text"):
        settings = Settings(log_format=form)
        assert "192.0.2.1" not in access(settings, capfd)
        assert "192.0.2.1" in access(replace(settings, log_clients=True), capfd)


def test_people_get_text(capfd: pytest.CaptureFixture[str]) -> None:
    line = access(Settings(log_format="text"), capfd)
    assert "request" in line
    assert "status=200" in line
    assert "id-1" not in line  # the request's own task has it
    with pytest.raises(ValueError):
        json.loads(line)


@given(path=st.text(), form=st.sampled_from(["json", "text"]))
def test_a_path_cannot_make_a_second_line(path: str, form: str) -> None:
    settings = Settings(log_format=form)
    written = io.StringIO()
    configure(settings)
    log = AccessLog(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leap_kg.web.operations.logs.os.write", lambda _, data: written.write(data.decode()))
        patch.setattr(sys, "stderr", written)
        configure(settings)
        log.write("id", "GET", "/", path, 200, 0.1, b"", "")
    text = written.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("\n")
    assert "\x1b[2J" not in text
    if form == "json":
        assert json.loads(text)["path"] == path[:200]


@given(text=st.text(min_size=1), seconds=st.floats(1, 100))
def test_a_slow_query_is_told_by_its_hash_and_beginning(text: str, seconds: float) -> None:
    written = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        configure(JSON)
        slow_query(text, seconds, "it took too long")
    line = json.loads(written.getvalue())
    assert line["event"] == "slow query"
    assert len(line["hash"]) == 16
    assert line["query"].isascii()
    assert line["query"].isprintable()
    assert line["query"].encode().decode("unicode_escape") == text[:200]


def test_a_quick_query_is_not_told(capfd: pytest.CaptureFixture[str]) -> None:
    configure(JSON)
    slow_query("ASK {}", 0.2)
    assert capfd.readouterr().err == ""


def test_the_level_holds_for_all_lines(capfd: pytest.CaptureFixture[str]) -> None:
    settings = Settings(log_format="json", log_level="warning")
    configure(settings)
    assert not AccessLog(settings).wanted
    structlog.get_logger().info("not this")
    structlog.get_logger().warning("but this")
    assert [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()] == ["but this"]


def test_what_is_said_during_a_request_carries_its_id(capfd: pytest.CaptureFixture[str]) -> None:
    configure(JSON)
    REQUEST.set("id-7")
    structlog.get_logger().warning("something")
    assert json.loads(capfd.readouterr().err)["request"] == "id-7"


def test_an_error_keeps_its_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    configure(JSON)
    try:
        Settings.from_environment({"LEAP_KG_LOG_LEVEL": "gone"})
    except ValueError:
        structlog.get_logger().exception("failed")
    line = json.loads(capfd.readouterr().err)
    assert "ValueError: LEAP_KG_LOG_LEVEL must be one of" in line["exception"]


def test_a_traceback_shows_no_values(capfd: pytest.CaptureFixture[str]) -> None:
    configure(Settings(log_format="text"))
    header = "Bearer " + "secret"
    try:
        int(header)
    except ValueError:
        structlog.get_logger().exception("failed", because="of this")
    said = capfd.readouterr().err
    assert "Traceback" in said
    assert said.count("Bearer secret") == 1, "the error's own message, and no frame"


@pytest.mark.parametrize(
    ("name", "value"), [("LEAP_KG_LOG_LEVEL", "loud"), ("LEAP_KG_LOG_FORMAT", "xml"), ("LEAP_KG_LOG_CLIENTS", "yes")]
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be one of .* not '{value}'"):
        Settings.from_environment({name: value})


@pytest.mark.parametrize("form", ["json", "text"])
def test_secrets_of_addresses_are_in_no_line(form: str, capfd: pytest.CaptureFixture[str]) -> None:
    configure(Settings(log_format=form))
    try:
        dict[str, str]()["https://u:PASSWORD@h.example.org/x"]
    except LookupError:
        structlog.get_logger().exception("gone: s3://KEY:SECRET@b/k", reason="https://h.example.org/?sig=SIGNATURE")
    said = capfd.readouterr().err
    assert said.count("REDACTED") >= 3
    assert not any(secret in said for secret in ("PASSWORD", "SECRET", "SIGNATURE"))
