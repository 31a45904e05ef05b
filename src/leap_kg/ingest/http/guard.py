"""The guard: which machine a URL may lead to.

Hazard: the URLs we fetch stand in files that anybody can edit. Without a guard, one line in a
`catalog.yaml` reads the cloud's metadata service or a neighbour's database for its author. The guard
sits where the connection is made (`door`), below every URL parser: a host is resolved once, every address it
has is judged, and the socket is opened to exactly the address that was judged, while `Host` and TLS
server name stay those of the URL. A name that changes its answer between check and use gains nothing.

A network-specific NAT64 prefix cannot be known here; where a site has one, its own firewall has to guard it.

Address blocks follow the IANA special-purpose registries (RFC 6890 and successors).
"""

import ipaddress
import re
import socket
from typing import Any, TypeAlias

from leap_kg.ingest.http.address import AddressRefused

SocketAddress: TypeAlias = tuple[Any, ...]  # as getaddrinfo gives it, which depends on the family
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address

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

    def addresses(self, host: str, port: int) -> list[tuple[socket.AddressFamily, SocketAddress]]:
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
            bare = host.strip("[]")
            named = f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"
            mend = f"if that is meant, name `{named}` in LEAP_KG_FETCH_PRIVATE_HOSTS"
            raise AddressRefused(f"leads to {address}, which is {reason}: {mend}")
