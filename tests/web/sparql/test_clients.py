"""Who a client is: its address, the network of one, and what proxies say only if they are trusted."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.web.sparql.clients import client

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["6.6.6.6"], "192.0.2.1"),
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6", "192.0.2.1, 10.9.9.9"], "192.0.2.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1:4711"], "192.0.2.1"),
        ("fd00::1", ["[2001:db8:1:2:3::4]:80"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", [], "192.0.2.1"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("", [], ""),
    ],
)
def test_who_it_is(peer: str, forwarded: list[str], expected: str) -> None:
    assert client(peer, forwarded, PROXIES) == expected


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=4))
def test_whoever_is_not_trusted_cannot_choose_a_name(said: str, forwarded: list[str]) -> None:
    assert client("192.0.2.1", [said, *forwarded], PROXIES) == "192.0.2.1"
    assert client("192.0.2.1", [said, *forwarded], ()) == "192.0.2.1"
    assert client("10.0.0.1", [*forwarded, "192.0.2.7"], PROXIES) == "192.0.2.7"
