"""Addresses: forms of a URL, secrets hidden, and no way to a machine that is not public."""

import ipaddress
import logging
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st
from urllib3.connection import HTTPConnection

from leap_kg.ingest.http import door
from leap_kg.ingest.http.address import AddressRefused, blob_form, check_url, raw_form
from leap_kg.ingest.http.allowance import OutOfTime, allowance
from leap_kg.ingest.http.door import GuardedAdapter, wire
from leap_kg.ingest.http.guard import Guard, not_public
from leap_kg.redaction import redact
from tests.ingest.hostile_server import HostileServer, drip, serving

# --- forms ---


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("https://github.com/o/r/blob/main/a/b.yaml", "https://raw.githubusercontent.com/o/r/main/a/b.yaml"),
        ("http://www.GitHub.com/o/r/blob/v1.0/x", "https://raw.githubusercontent.com/o/r/v1.0/x"),
        ("https://github.com/o/r/blob/main/a.yaml?plain=1#L3", "https://raw.githubusercontent.com/o/r/main/a.yaml"),
        ("https://github.com/o/r/blob/main/a%20b", "https://raw.githubusercontent.com/o/r/main/a%20b"),
    ],
)
def test_a_github_page_of_a_file_has_a_raw_form(page: str, file: str) -> None:
    assert raw_form(page) == file
    assert raw_form(file) == file


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/o/r",
        "https://github.com/o/r/tree/main/a",
        "https://github.com/o/r/blob/",
        "https://github.com/o/blob/main/a",
        "https://github.com.evil.example/o/r/blob/main/a",
        "https://evil.example/?https://github.com/o/r/blob/main/a",
        "https://evil@github.com/o/r/blob/main/a",
        "ftp://github.com/o/r/blob/main/a",
        "",
    ],
)
def test_other_urls_have_no_other_form(url: str) -> None:
    assert raw_form(url) == url
    assert blob_form(url) == url


def test_the_blob_form_undoes_the_raw_form() -> None:
    page = "https://github.com/o/r/blob/main/a/b.yaml"
    assert blob_form(raw_form(page)) == page


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/x", "file:///etc/passwd", "gopher://host/", "javascript:alert(1)", "//host/x", "host/x", "", "http://",
        "http:///x", "http://[::1/x", "http://h:99999999/", "http://h:x/", "http://h/a b", "http://h/\n", "http://h/\x00",
        "http://h/\x85", "http://8.8.8.8\\@127.0.0.1/", "http://h/" + "a" * 9000,
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused, match=r"mend it|percent-encode it"):
        check_url(url)


def test_plain_web_addresses_pass() -> None:
    for url in ("http://h", "https://h:8443/a?b#c", "https://é.example/ü", "http://[2606:4700::1111]/"):
        check_url(url)


# --- secrets ---


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pw@host/x", "https://REDACTED@host/x"),
        ("https://TOKEN@host/x", "https://REDACTED@host/x"),
        ("https://a@b:c@host/x@y", "https://REDACTED@host/x@y"),
        ("https:/user:pw@host/x", "https:/REDACTED@host/x"),
        ("https://h/x?token=abc&b=1", "https://h/x?token=REDACTED&b=1"),
        ("https://h/x?a=1&api_key=abc#f", "https://h/x?a=1&api_key=REDACTED#f"),
        ("https://h/x?API-Key=abc;b=2", "https://h/x?API-Key=REDACTED;b=2"),
        ("https://h/x#access_token=abc", "https://h/x#access_token=REDACTED"),
        ("https://h/x?%74oken=abc", "https://h/x?%74oken=REDACTED"),
        (
            "https://b.s3/k?X-Amz-Credential=A&X-Amz-Date=20240131&X-Amz-Signature=f00&X-Amz-Security-Token=B",
            "https://b.s3/k?X-Amz-Credential=REDACTED&X-Amz-Date=20240131&X-Amz-Signature=REDACTED&X-Amz-Security-Token=REDACTED",
        ),
        ("https://h/x?sig=abc&sv=2020", "https://h/x?sig=REDACTED&sv=2020"),
        ("https://h/?next=https%3A%2F%2Fu%3Ap%40i%2F", "https://h/?next=REDACTED"),
        ("https://h/?next=https%253A%252F%252Fu%253Ap%2540i%252F", "https://h/?next=REDACTED"),
        ("https://h/?q=a%20b&author=Smith&monkey=1", "https://h/?q=a%20b&author=Smith&monkey=1"),
        ("https://medium.com/@someone/story", "https://medium.com/@someone/story"),
        ("git@github.com:o/r.git", "git@github.com:o/r.git"),
        ("https://h/a\nb\x1b[31m\u2028", "https://h/a%0Ab%1B[31m%E2%80%A8"),
    ],
)
def test_secrets_are_hidden_and_the_rest_stays(url: str, shown: str) -> None:
    assert redact(url) == shown


SECRET = "hunter2hunter2"
NAMES = st.sampled_from(
    [
        "token",
        "Access_Token",
        "api_key",
        "apikey",
        "X-Amz-Signature",
        "password",
        "client_secret",
        "sig",
        "key",
        "X-Goog-Credential",
    ]
)
PLAIN = st.text(alphabet="abc/:.@%20-é", max_size=12)


@given(name=NAMES, before=PLAIN, separator=st.sampled_from("?&;#"))
@settings(deadline=None)
def test_a_secret_parameter_never_shows(name: str, before: str, separator: str) -> None:
    assert SECRET not in redact(f"https://h/{before}{separator}{name}={SECRET}&z=1")


@given(user=st.text(alphabet="abc:%@é\\!", max_size=8), path=PLAIN)
@settings(deadline=None)
def test_a_password_never_shows(user: str, path: str) -> None:
    assert SECRET not in redact(f"https://{user}:{SECRET}@host/{path}")


@given(text=st.text(max_size=200) | st.text(alphabet="%250=&?#@:/ab", max_size=80))
@settings(deadline=None)
@example("http://h/?a=" + "%25" * 3000 + "41")
def test_redacting_is_total_idempotent_and_keeps_to_one_line(text: str) -> None:
    shown = redact(text)
    assert redact(shown) == shown
    assert len(shown.splitlines()) <= 1


# --- which machines ---


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "100.100.100.200", "168.63.129.16", "0.0.0.0", "0.1.2.3", "192.0.0.192",
        "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1",
        "ff02::1",
        "4000::1",
    ],
)  # fmt: skip
def test_machines_that_are_not_public(text: str) -> None:
    assert not_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text", ["8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808"]
)
def test_machines_that_are_public(text: str) -> None:
    assert not_public(ipaddress.ip_address(text)) is None


@given(ip=st.ip_addresses())
@settings(deadline=None)
def test_what_python_calls_not_global_is_never_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        assert not_public(ip) or ip in ipaddress.ip_network("64:ff9b::/96")


@given(v4=st.ip_addresses(v=4))
@settings(deadline=None)
def test_an_address_inside_nat64_is_judged_like_itself(v4: ipaddress.IPv4Address) -> None:
    inside = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(v4))
    assert not_public(inside) == not_public(v4)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0",
        "[::1]", "::1", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "169.254.169.254", "2852039166", "[64:ff9b::127.0.0.1]", "[fe80::1]",
    ],
)  # fmt: skip
def test_every_spelling_of_a_local_machine_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused, match=r"if that is meant, name `.*` in LEAP_KG_FETCH_PRIVATE_HOSTS") as refused:
        Guard(frozenset()).addresses(host, 80)
    # What the message names is what the setting takes.
    assert Guard(frozenset({str(refused.value).split("`")[1]})).addresses(host, 80)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", ".", "..", "a..b", "é" * 70])
def test_a_host_that_is_no_name_is_refused_or_unresolvable(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(name: str, *rest: Any, **named: Any) -> Any:
        name.encode("idna")  # what the real one does first
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    with pytest.raises((AddressRefused, OSError)):
        Guard(frozenset()).addresses(host, 80)


@pytest.mark.parametrize(
    ("entry", "host", "port"),
    [
        ("localhost", "localhost", 1), ("LocalHost.", "localhost", 1), ("localhost:80", "localhost", 80),
        ("127.0.0.1:80", "127.0.0.1", 80), ("::1", "[::1]", 1), ("[::1]", "::1", 1), ("[0:0::1]:80", "::1", 80),
    ],
)  # fmt: skip
def test_an_allowed_host_passes(entry: str, host: str, port: int) -> None:
    assert Guard(frozenset({entry})).addresses(host, port)


@pytest.mark.parametrize(
    ("entry", "host", "port"),
    [
        ("localhost:80", "localhost", 81),
        ("localhost", "127.0.0.1", 1),
        ("127.0.0.1", "2130706433", 1),
        ("127.0.0.1:80", "127.0.0.1", 8080),
    ],
)
def test_allowing_one_host_allows_no_other(entry: str, host: str, port: int) -> None:
    with pytest.raises(AddressRefused):
        Guard(frozenset({entry})).addresses(host, port)


@pytest.mark.parametrize(
    "entry", ["", "http://localhost", "localhost/x", "a b", "localhost:port", "me@localhost", ":80", "::1/64"]
)
def test_a_faulty_entry_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="not of the form `host` or `host:port`"):
        Guard(frozenset({entry}))


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Answer the n-th look-up with the n-th list of addresses; the names that were asked."""
    asked: list[str] = []

    def answer(host: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1, which is private"):
        Guard(frozenset()).addresses("data.example", 443)


# --- the adapter ---


def get(adapter: GuardedAdapter, url: str, seconds: float = 5, **options: Any) -> tuple[int, bytes]:
    request = requests.Request("GET", url).prepare()
    with allowance(seconds, 2**20):
        response = adapter.send(request, stream=True, timeout=(5, 5), **options)
        try:
            return response.status_code, b"".join(wire(response))
        finally:
            response.close()


def test_the_name_is_resolved_once_and_the_judged_address_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolver(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    tried: list[Any] = []

    def refuse(self: socket.socket, target: Any) -> None:
        tried.append(target)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    adapter = GuardedAdapter(frozenset())
    with pytest.raises(requests.ConnectionError):
        get(adapter, "http://rebinding.example/")
    assert asked == ["rebinding.example"]
    assert tried == [("8.8.8.8", 80)]
    adapter.close()


def test_the_host_header_is_the_name_and_the_next_address_is_tried(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.page("/x", lambda exchange: exchange.answer(200, b"hello"))
    resolver(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    name = f"data.example:{server.port}"
    adapter = GuardedAdapter(frozenset({name}))
    assert get(adapter, f"http://{name}/x") == (200, b"hello")
    assert server.headers_seen[0]["Host"] == name
    adapter.close()


def test_the_environment_gives_no_proxy(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.page("/x", lambda exchange: exchange.answer(200, b"direct"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    adapter = GuardedAdapter(frozenset({server.host}))
    assert get(adapter, server.url("/x")) == (200, b"direct")
    adapter.close()


def test_a_urllib3_that_opens_sockets_by_itself_is_found_out(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.page("/x", lambda exchange: exchange.answer(200, b"unguarded"))
    monkeypatch.setattr(door._Guarded, "_new_conn", HTTPConnection._new_conn)
    adapter = GuardedAdapter(frozenset())
    with pytest.raises(AddressRefused, match="goes round the address guard"):
        get(adapter, server.url("/x"))
    assert server.asked["/x"] == 0
    adapter.close()


def test_urllib3_logs_no_url(server: HostileServer, caplog: pytest.LogCaptureFixture) -> None:
    server.page("/x", lambda exchange: exchange.answer(200, b"hello", **{"Bad Header": "x"}))
    adapter = GuardedAdapter(frozenset({server.host}))
    with caplog.at_level(logging.DEBUG):
        get(adapter, server.url("/x?token=s3cret"))
    assert "s3cret" not in caplog.text
    adapter.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for data.example, with its key, in one PEM file."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl is needed to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = [
        openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=data.example",
        "-addext", "subjectAltName=DNS:data.example", "-keyout", "key.pem", "-out", "cert.pem",
    ]  # fmt: skip
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


def tls(certificate: Path, names: list[str | None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    return context


def test_tls_keeps_the_name_and_checks_the_certificate(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str | None] = []
    resolver(monkeypatch, ["127.0.0.1"])
    with serving(tls(certificate, names)) as server:
        server.page("/x", lambda exchange: exchange.answer(200, b"hello"))
        adapter = GuardedAdapter(frozenset({"data.example", "other.example"}))
        assert get(adapter, f"https://data.example:{server.port}/x", verify=str(certificate)) == (200, b"hello")
        assert names == ["data.example"]
        for url, verify in (
            (f"https://other.example:{server.port}/x", str(certificate)),  # another name than the certificate's
            (f"https://data.example:{server.port}/y", True),  # a certificate nobody vouches for
        ):
            fresh = GuardedAdapter(frozenset({"data.example", "other.example"}))
            with pytest.raises(requests.exceptions.SSLError):
                get(fresh, url, verify=verify)
            fresh.close()
        assert server.asked == {"/x": 1}
        adapter.close()


def test_time_is_cut_over_tls_too(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, ["127.0.0.1"])
    with serving(tls(certificate, [])) as server:
        server.page("/x", drip)
        adapter = GuardedAdapter(frozenset({"data.example"}))
        with pytest.raises(OutOfTime):
            get(adapter, f"https://data.example:{server.port}/x", seconds=0.5, verify=str(certificate))
        adapter.close()
