"""Addresses: how a URL is spelt and shown, and which machine it may lead to.

Hazard: the URLs we fetch stand in files that anybody can edit. Without a guard, one line in a
`catalog.yaml` reads the cloud's metadata service or a neighbour's database for its author. The guard
sits where the connection is made, below every URL parser: a host is resolved once, every address it
has is judged, and the socket is opened to exactly the address that was judged, while `Host` and TLS
server name stay those of the URL. A name that changes its answer between check and use gains nothing.

Proxies are left out: behind a proxy it is the proxy that resolves names, and no check made here would
hold. `HTTP_PROXY` and its kin are therefore ignored, as are `.netrc` and cookies. A network-specific
NAT64 prefix cannot be known here; where a site has one, its own firewall has to guard it.

Address blocks follow the IANA special-purpose registries (RFC 6890 and successors).
"""

import ipaddress
import logging
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_URL = 8192

_SocketAddress: TypeAlias = tuple[Any, ...]  # as getaddrinfo gives it, which depends on the family
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """A URL that is not fetched, for what it says or for where it leads; the text says why and what to do."""


class OutOfTime(Exception):
    """The seconds of an `allowance` are used up."""


class OutOfBytes(Exception):
    """The bytes of an `allowance` are used up."""


class BrokenOff(Exception):
    """The connection ended, or its framing broke, before the body was whole."""


# --- how a URL is spelt -------------------------------------------------------------------------------

_BLOB = re.compile(r"https?://(?:www\.)?github\.com/([^/?#]+/[^/?#]+)/blob/([^?#]+)(?:[?#].*)?", re.I | re.S)
_RAW = re.compile(r"https?://raw\.githubusercontent\.com/([^/?#]+/[^/?#]+)/([^?#]+)(?:[?#].*)?", re.I | re.S)


def raw_form(url: str) -> str:
    """The URL of the file itself for a GitHub page that shows a file; any other URL unchanged."""
    found = _BLOB.fullmatch(url)
    return f"https://raw.githubusercontent.com/{found[1]}/{found[2]}" if found else url


def blob_form(url: str) -> str:
    """The GitHub page that shows the file of a raw URL; any other URL unchanged."""
    found = _RAW.fullmatch(url)
    return f"https://github.com/{found[1]}/blob/{found[2]}" if found else url


def check_url(url: str) -> None:
    """Refuse what is no plain http(s) URL, before anything is resolved; raises `AddressRefused`."""
    if len(url) > MAX_URL:
        raise AddressRefused(f"is longer than {MAX_URL} characters: mend it where it is listed")
    # URL parsers disagree on where a host ends if a backslash is near.
    if re.search(r"[\x00-\x20\\\x7f-\x9f]", url):
        raise AddressRefused("contains a blank, a backslash or a control character: percent-encode it (a blank is %20)")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise AddressRefused("is not a URL: mend it where it is listed") from None
    if parts.scheme not in ("http", "https") or not host:
        raise AddressRefused("is not an http or https address with a host: mend it where it is listed")


# --- how a URL is shown -------------------------------------------------------------------------------

_HIDDEN = "REDACTED"
_USERINFO = re.compile(r"\A((?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}|[a-z][a-z0-9+.-]*:[/\\]*)[^/?#]*@", re.I)
_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|signature|credential|api[-_.]?key|access[-_.]?key|auth(?!or)|session|jwt|\A(?:sig|key|pass|code)\Z",
    re.I,
)


def redact(url: str) -> str:
    """`url` fit for messages, logs and provenance: no user name, no password, no secret parameter.

    Total (any text is accepted) and idempotent. Control characters come out percent-encoded, so that
    the result never breaks a line. Parameters are hidden by name, in the query and in the fragment,
    and also inside a URL that is itself the value of a parameter.
    """
    return _redact(re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]", _percent, url), depth=3)


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _redact(url: str, depth: int) -> str:
    pieces = re.split(r"([?&;#])", _USERINFO.sub(rf"\g<1>{_HIDDEN}@", url))
    return pieces[0] + "".join(_redact_parameter(piece, depth) for piece in pieces[1:])


def _redact_parameter(piece: str, depth: int) -> str:
    name, equals, value = piece.partition("=")
    hidden = value and (_SECRET_NAME.search(unquote(name)) or _holds_secret(value, depth))
    return f"{name}={_HIDDEN}" if hidden else name + equals + value


def _holds_secret(value: str, depth: int) -> bool:
    """Whether `value`, percent-decoded once or more, is a URL with a secret; wrapped too often, it counts as one."""
    for _ in range(depth):
        plain = unquote(value)
        if plain == value:
            return False
        if _redact(plain, depth - 1) != plain:
            return True
        value = plain
    return unquote(value) != value


# --- where a URL may lead -----------------------------------------------------------------------------

_BLOCKS: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str]] = [
    (ipaddress.ip_network(block), label)
    for block, label in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's metadata service"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "reserved for benchmarks"),
        ("198.51.100.0/24", "reserved for documentation"),
        ("203.0.113.0/24", "reserved for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "an IPv4 address in IPv6 clothing"),
        ("2001::/23", "reserved (Teredo and other protocols)"),
        ("2001:db8::/32", "reserved for documentation"),
        ("2002::/16", "an IPv4 address in 6to4 clothing"),
        ("3fff::/20", "reserved for documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    )
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


def not_public(address: _IP) -> str | None:
    """Why `address` is no public machine, in a few words; None if it is one.

    An address under the well-known NAT64 prefix is judged by the IPv4 address inside it, because that
    is how every public IPv4 host looks from an IPv6-only network; all other embedded forms are refused.
    """
    if isinstance(address, ipaddress.IPv6Address) and address in _NAT64:
        return not_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    for block, label in _BLOCKS:
        if address in block:
            return label
    return "reserved" if address.version == 6 and address not in _GLOBAL_UNICAST else None


def _plain_host(host: str) -> str:
    host = host.strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def _allowed(entry: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(\[[^\]]+\]|[^:\s/@]+)(?::(\d{1,5}))?", entry)
    if not found and entry.count(":") > 1 and "/" not in entry:
        found = re.fullmatch(r"([0-9a-fA-F:.]+)()", entry)
    if not found:
        raise ValueError(f"allowed host {entry!r} is not of the form `host` or `host:port`")
    return _plain_host(found[1]), int(found[2]) if found[2] else None


class Guard:
    """Resolves hosts and judges where they lead.

    `allow_hosts`: hosts (`data.internal`) or hosts with a port (`127.0.0.1:8000`, `[::1]:8000`) that
    may lead to a machine that is not public. Raises `ValueError` for an entry of another form.
    """

    def __init__(self, allow_hosts: frozenset[str]) -> None:
        self._allow = {_allowed(entry) for entry in allow_hosts}

    def addresses(self, host: str, port: int) -> list[tuple[socket.AddressFamily, _SocketAddress]]:
        """(family, socket address) of `host`, resolved now, each fit to connect to.

        Raises `AddressRefused` if any address is not public and the host is not allowed: a name with
        one public and one private address is not trusted. Raises `OSError` if it does not resolve.
        """
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except UnicodeError:
            raise AddressRefused(f"names the host {host[:100]!r}, which no name can be: mend the address") from None
        plain = _plain_host(host)
        if not self._allow & {(plain, None), (plain, port)}:
            for *_, address in found:
                self._judge(host, port, str(address[0]))
        return [(family, address) for family, _, _, _, address in found]

    def _judge(self, host: str, port: int, address: str) -> None:
        reason = not_public(ipaddress.ip_address(address))
        if reason:
            mend = f"if that is meant, name `{host}:{port}` in LEAP_KG_FETCH_PRIVATE_HOSTS"
            raise AddressRefused(f"leads to {address}, which is {reason}: {mend}")


# --- what one exchange may use ------------------------------------------------------------------------


class Allowance:
    """What is left for one exchange: seconds until it is cut, bytes it may take from the wire.

    It is charged in the socket, so that headers that drip, endless interim answers and padded chunk
    framing are cut like a body is. Time the system's resolver takes is not cut, but is counted.
    """

    def __init__(self, seconds: float, wire_bytes: int) -> None:
        self._deadline = time.monotonic() + seconds
        self._bytes = wire_bytes

    def seconds(self) -> float:
        """Seconds left, above 0; raises `OutOfTime`."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def extend(self, seconds: float) -> None:
        """Give back seconds that went by while nothing was asked."""
        self._deadline += seconds

    def spend(self, count: int) -> None:
        """Take `count` bytes off; raises `OutOfBytes`."""
        self._bytes -= count
        if self._bytes < 0:
            raise OutOfBytes


_current: ContextVar[Allowance] = ContextVar("allowance")


@contextmanager
def allowance(seconds: float, wire_bytes: int) -> Iterator[Allowance]:
    """Bound everything that guarded sockets receive in this context, redirects included."""
    given = Allowance(seconds, wire_bytes)
    token = _current.set(given)
    try:
        yield given
    finally:
        _current.reset(token)


class _Metered(socket.socket):
    """A socket that charges what it receives to the current allowance."""

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int | None = 0, flags: int = 0) -> int:
        now = _current.get()
        self.settimeout(now.seconds())
        try:
            count = super().recv_into(buffer, nbytes or 0, flags)
        except TimeoutError:
            raise OutOfTime from None
        now.spend(count)
        return count


class _MeteredTLS(_Metered, ssl.SSLSocket):
    """The same over TLS; the context makes these from a `_Metered` socket."""


# --- the door -----------------------------------------------------------------------------------------


class _Guarded(HTTPConnection):
    """Opens its socket through the guard; how urllib3 would do it itself is never asked."""

    guard: Guard

    def _new_conn(self) -> socket.socket:
        try:
            addresses = self.guard.addresses(self.host, self.port)
        except OSError as failure:
            raise NewConnectionError(self, "the host does not resolve") from failure
        for position, (family, address) in enumerate(addresses, start=1):
            try:
                return self._open(family, address)
            except OSError as failure:
                if position == len(addresses):
                    raise NewConnectionError(self, "no connection") from failure
        raise NewConnectionError(self, "the host has no address")

    def _open(self, family: socket.AddressFamily, address: _SocketAddress) -> socket.socket:
        opened = _Metered(family, socket.SOCK_STREAM)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            limit = self.timeout if isinstance(self.timeout, int | float) else None
            left = _current.get().seconds()
            opened.settimeout(left if limit is None else min(limit, left))
            opened.connect(address)
        except BaseException:
            opened.close()
            raise
        return opened

    def connect(self) -> None:
        super().connect()
        # Were urllib3 one day to open sockets by another method, requests would go out unguarded.
        if not isinstance(self.sock, _Metered):
            self.close()
            raise AddressRefused("was not fetched: this urllib3 goes round the address guard; install an older one")


class GuardedAdapter(HTTPAdapter):
    """The requests adapter that reaches public machines only, and those of `allow_hosts`.

    `send` must run inside an `allowance`, as must reading the body with `wire`. It follows no redirect
    and retries nothing. Besides what requests raises, it raises `AddressRefused`, `OutOfTime` and
    `OutOfBytes`, none of which urllib3 or requests catches or retries.
    """

    def __init__(self, allow_hosts: frozenset[str]) -> None:
        self._guard = Guard(allow_hosts)
        # urllib3 logs whole URLs, secrets included.
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        super().__init__(max_retries=0)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401
        """Send one request; every failure of urllib3 is a `requests.ConnectionError` or one of its kin."""
        try:
            return super().send(request, *args, **options)
        except HTTPError as failure:
            raise requests.ConnectionError(request=request) from failure

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: ANN401
        """Make the pool manager whose connections are all guarded."""
        guarded = self._guard

        class Plain(_Guarded):
            guard = guarded

        class Secure(_Guarded, HTTPSConnection):
            guard = guarded

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        context = create_urllib3_context()
        context.sslsocket_class = _MeteredTLS
        self.poolmanager = PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, ssl_context=context, **kwargs
        )
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def wire(response: requests.Response) -> Iterator[bytes]:
    """The body as it came over the wire, content coding not undone, 64 KiB at most a piece.

    Raises `BrokenOff`, `OutOfTime`, `OutOfBytes`.
    """
    try:
        yield from response.raw.stream(2**16, decode_content=False)
    except HTTPError:
        raise BrokenOff from None
