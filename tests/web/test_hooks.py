"""Webhooks of GitHub: what is taken, what is refused, and that a report does no more than ask for a harvest."""

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.graph.home import Home
from leap_kg.ingest.github.reported import Reported
from leap_kg.settings import Settings
from leap_kg.sparql.guard import Refused
from leap_kg.web.hooks import MAX_BYTES, _report
from tests.web.server import Server, running

SECRET = "a secret of some length"
PAYLOADS = Path(__file__).parents[3] / "shared" / "data" / "github" / "octokit__webhooks" / "payload-examples"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("hooks") / "home")
    home.create()
    return home


@pytest.fixture(scope="module")
def taking(place: Home) -> Iterator[Server]:
    """A server that takes webhooks, with its secret in a file."""
    file = place.path.parent / "secret"
    file.write_text(f"{SECRET}\n")
    with running(place.path, {"LEAP_KG_GITHUB_WEBHOOK_SECRET_FILE": str(file)}) as server:
        yield server


def payload(number: int = 1, name: str = "lab/code", **more: object) -> bytes:
    repository = {"id": number, "full_name": name, "default_branch": "main", "private": False}
    return json.dumps({"ref": "refs/heads/main", "repository": repository, **more}).encode()


def deliver(server: Server, body: bytes, delivery: str = "d", event: str = "push", **headers: str) -> requests.Response:
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    sent = {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": signature,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return server.ask("POST", "/hooks/github", "*/*", data=body, headers=sent)


def waiting(home: Home) -> dict[int, str]:
    return {report.repository: report.name for report in Reported(home).waiting("any")}


def test_a_signed_report_is_written_down_before_it_is_answered(taking: Server, place: Home) -> None:
    assert deliver(taking, payload(11), "first").status_code == 202
    assert waiting(place)[11] == "lab/code"


def test_a_delivery_that_comes_again_changes_nothing(taking: Server, place: Home) -> None:
    assert deliver(taking, payload(12), "again").status_code == 202
    Reported(place).settle("any", Reported(place).waiting("any")[-1].number)
    assert deliver(taking, payload(12), "again").status_code == 200
    assert deliver(taking, payload(12), "other-id-same-body").status_code == 200
    assert 12 not in waiting(place)


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "0" * 64, "sha256=" + "g" * 64, "sha256=" + "0" * 640],
)
def test_what_is_not_signed_with_the_secret_is_refused(taking: Server, place: Home, signature: str) -> None:
    answer = deliver(taking, payload(13), "forged", X_Hub_Signature_256=signature)
    assert answer.status_code == 401
    assert SECRET not in answer.text
    assert 13 not in waiting(place)


def test_a_body_that_was_changed_is_refused(taking: Server) -> None:
    signed = "sha256=" + hmac.new(SECRET.encode(), payload(14), hashlib.sha256).hexdigest()
    assert deliver(taking, payload(15), "changed", X_Hub_Signature_256=signed).status_code == 401


def test_a_ping_is_answered_only_if_it_is_signed(taking: Server) -> None:
    assert deliver(taking, b'{"zen": "x"}', "ping", "ping").status_code == 200
    assert deliver(taking, b'{"zen": "x"}', "ping", "ping", X_Hub_Signature_256="").status_code == 401


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (payload(16, ref="refs/heads/other"), "push"),
        (payload(16), "star"),
        (json.dumps({"zen": 1}).encode(), "push"),
        (json.dumps({"repository": {"id": 16, "full_name": "lab/x", "private": True}}).encode(), "release"),
    ],
)
def test_what_concerns_nothing_is_answered_and_forgotten(taking: Server, place: Home, body: bytes, event: str) -> None:
    assert deliver(taking, body, "nothing", event).status_code == 200
    assert 16 not in waiting(place)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 1000, b'{"repository": {"id": "1", "full_name": "a/b"}}'])
def test_a_signed_body_that_is_no_report_is_refused(taking: Server, body: bytes) -> None:
    assert deliver(taking, body, "odd").status_code == 400


def test_headers_that_are_missing_or_wrong_are_refused(taking: Server) -> None:
    assert deliver(taking, payload(), "no id!").status_code == 400
    assert deliver(taking, payload(), "form", Content_Type="application/x-www-form-urlencoded").status_code == 415
    assert taking.get("/hooks/github").status_code == 405
    assert taking.ask("PUT", "/hooks/github", data=payload()).status_code == 405


def test_a_large_body_is_refused_whether_it_says_so_or_not(taking: Server) -> None:
    assert deliver(taking, b" " * (MAX_BYTES + 1), "large").status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(MAX_BYTES // 2**16 + 2):
            yield b" " * 2**16

    headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "d", "X-Hub-Signature-256": "sha256=" + "0" * 64}
    try:
        answer = taking.ask("POST", "/hooks/github", "*/*", data=pieces(), headers=headers)
    except requests.ConnectionError:
        return  # it was answered and closed while still sending
    assert answer.status_code == 413


def test_a_sender_that_goes_away_leaves_nothing(taking: Server, place: Home) -> None:
    host, _, port = taking.origin.removeprefix("http://").partition(":")
    before = waiting(place)
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert taking.get("/health").status_code < 600
    assert waiting(place) == before


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason=f"the recorded webhooks are not at {PAYLOADS}")
def test_every_recorded_event_is_answered(taking: Server, place: Home) -> None:
    events = sorted(PAYLOADS.glob("api.github.com/*/*.json"))
    assert len(events) > 50
    answers = {
        str(file): deliver(taking, file.read_bytes(), f"recorded-{number}", file.parent.name).status_code
        for number, file in enumerate(events)
    }
    assert set(answers.values()) <= {200, 202}
    assert 202 in answers.values()
    renamed = PAYLOADS / "api.github.com" / "repository" / "renamed.payload.json"
    number = json.loads(renamed.read_bytes())["repository"]["id"]
    assert number in waiting(place)


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason=f"the recorded webhooks are not at {PAYLOADS}")
def test_a_rename_and_a_transfer_tell_the_former_name() -> None:
    folder = PAYLOADS / "api.github.com" / "repository"
    for name in ("renamed.payload.json", "transferred.payload.json"):
        said = json.loads((folder / name).read_bytes())
        said["repository"]["private"] = False
        report = _report("repository", json.dumps(said).encode())
        assert report is not None
        if name.startswith("renamed"):
            said["changes"]["repository"]["name"]["from"] = "Former"
            report = _report("repository", json.dumps(said).encode())
            assert report is not None
            assert report.before == f"{said['repository']['owner']['login']}/Former"
        else:
            former = said["changes"]["owner"]["from"]
            owner = (former.get("user") or former.get("organization"))["login"]
            assert report.before == f"{owner}/{said['repository']['name']}"


def test_without_a_secret_nothing_is_taken(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    with running(home.path) as server:
        answer = deliver(server, payload())
    assert answer.status_code == 503
    assert "LEAP_KG_GITHUB_WEBHOOK_SECRET" in answer.text
    assert not (home.path / "reported.sqlite").exists()


# --- what an event says -----------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("repository", "id", "full_name", "ref", "changes", "owner", "from", "name")), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(st.sampled_from(("push", "repository", "release", "star")), JSON)
def test_any_signed_json_is_a_report_or_is_refused(event: str, said: object) -> None:
    try:
        report = _report(event, json.dumps(said).encode())
    except Refused:
        return
    assert report is None or (report.repository > 0 and report.name.count("/") == 1)


# --- the secret -------------------------------------------------------------------------------------------


def test_the_secret_comes_from_the_environment_or_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    for environment in ({"LEAP_KG_GITHUB_WEBHOOK_SECRET": SECRET}, {"LEAP_KG_GITHUB_WEBHOOK_SECRET_FILE": str(file)}):
        found = Settings.from_environment(environment)
        assert found.webhook_secret == SECRET
        assert SECRET not in repr(found)
    assert Settings.from_environment({}).webhook_secret == ""


@pytest.mark.parametrize(
    "environment",
    [
        {"LEAP_KG_GITHUB_WEBHOOK_SECRET": "short"},
        {"LEAP_KG_GITHUB_WEBHOOK_SECRET_FILE": "/nowhere/at/all"},
        {"LEAP_KG_GITHUB_WEBHOOK_SECRET": SECRET, "LEAP_KG_GITHUB_WEBHOOK_SECRET_FILE": "/nowhere"},
    ],
)
def test_a_secret_that_cannot_be_used_is_an_error_that_does_not_repeat_it(environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="LEAP_KG_GITHUB_WEBHOOK_SECRET") as raised:
        Settings.from_environment(environment)
    assert SECRET not in str(raised.value)
