"""Whose address it is, when proxies stand in between."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.clients import Client, client_address

_PROXY = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", "192.0.2.1"),  # written by the client itself
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "203.0.113.5, 198.51.100.9", "198.51.100.9"),  # the proxy wrote the last one
        ("10.0.0.1", "198.51.100.9, 10.0.0.2", "198.51.100.9"),
        ("fd00::1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.9, nonsense, 10.0.0.2", "10.0.0.2"),
        ("", "198.51.100.9", ""),
    ],
)
def test_only_what_trusted_proxies_wrote_counts(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded, _PROXY) == address


@given(st.text(max_size=100))
def test_who_is_no_proxy_is_who_they_are_whatever_they_write(forwarded: str) -> None:
    assert client_address("192.0.2.1", forwarded, _PROXY) == "192.0.2.1"


@pytest.mark.parametrize(
    ("address", "household"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", ""), ("odd", "odd")],
)
def test_one_customer_counts_once(address: str, household: str) -> None:
    assert Client(address).household == household
