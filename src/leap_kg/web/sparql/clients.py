"""Who asks, for budgets and turns: an address, or the network of one.

An IPv6 client counts as its /64, which is what one subscriber gets. Hazard: `X-Forwarded-For` is written by whoever
sends the request; it counts only as far as proxies that we were told to trust wrote it.
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Networks = tuple[IPv4Network | IPv6Network, ...]
_MOST_HOPS = 32
_SUBSCRIBER = 64


def client(peer: str, forwarded: Sequence[str], trusted: Networks) -> str:
    """The client behind a connection from `peer`; `forwarded` are the values of `X-Forwarded-For`, in their order."""
    if not trusted or not forwarded:
        return named(peer)
    address = _address(peer)
    hops = ",".join(forwarded).split(",")[-_MOST_HOPS:]
    while address is not None and hops and any(address in network for network in trusted):
        found = _address(_without_port(hops.pop().strip()))
        if found is None:
            break
        address = found
    return _name(address) if address is not None else named(peer)


@lru_cache(maxsize=4096)
def named(peer: str) -> str:
    """The name of the client at this address."""
    address = _address(peer)
    return peer if address is None else _name(address)


def _name(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Network((address, _SUBSCRIBER), strict=False))
    return str(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _without_port(text: str) -> str:
    """The address of `1.2.3.4:80` or `[::1]:80`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
