"""Where a request comes from, and how what answers it is dressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

from storage.sign_ins import SIGN_IN_LASTS

COOKIE = "viva_session"
_LONGEST_DEVICE, _LONGEST_ADDRESS = 200, 45
_HOUSEHOLD = 64  # bits of an IPv6 address that one customer does not choose

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Client:
    """`device` is how the program names itself; `encrypted`: what it sends travels under TLS all the way."""

    address: str = ""
    device: str = ""
    encrypted: bool = False

    @property
    def household(self) -> str:
        """By which to count: who has one IPv6 address has very many."""
        try:
            address = ip_address(self.address)
        except ValueError:
            return self.address
        if isinstance(address, IPv6Address):
            return str(ip_network((address, _HOUSEHOLD), strict=False))
        return self.address

    def keep(self, response: web.StreamResponse, cookie: str) -> None:
        """Scripts cannot read the cookie, and no foreign page can make the browser send it."""
        response.set_cookie(
            COOKIE, cookie, max_age=int(SIGN_IN_LASTS.total_seconds()), httponly=True, samesite="Strict",
            secure=self.encrypted, path="/",
        )  # fmt: skip

    def drop(self, response: web.StreamResponse) -> None:
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=self.encrypted)


class Clients:
    def __init__(self, *, https: bool = False, trusted: Sequence[Network] = ()) -> None:
        """`https`: learners reach us encrypted through a proxy, though what reaches this process is not.

        `trusted`: proxies whose X-Forwarded-For is believed; anybody can write that header.
        """
        self._https, self._trusted = https, tuple(trusted)

    def of(self, request: web.Request) -> Client:
        device = "".join(one for one in request.headers.get("User-Agent", "") if one.isprintable())
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        address = client_address(request.remote or "", forwarded, self._trusted)
        return Client(address[:_LONGEST_ADDRESS], device[:_LONGEST_DEVICE], self._https or request.secure)


def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Back from the peer through the proxies that we trust, to the first address that none of them is."""
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    address = peer
    while hops and _is_in(address, trusted):
        hop = hops.pop()
        if not _is_address(hop):
            break
        address = hop
    return address


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
