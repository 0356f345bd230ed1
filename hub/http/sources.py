"""Where a request comes from: the connection's other end, or what a proxy of ours says it was."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import web

FORWARDED = "X-Forwarded-For"


class Sources:
    """`proxies`: networks whose `X-Forwarded-For` is believed, in CIDR notation."""

    def __init__(self, proxies: Iterable[str]) -> None:
        self._proxies: tuple[IPv4Network | IPv6Network, ...] = tuple(map(ip_network, proxies))

    def address_of(self, request: web.Request) -> str:
        """The nearest address that is no proxy of ours; "" when the connection has none."""
        address = request.remote or ""
        if not self._proxies:
            return address
        hops = ",".join(request.headers.getall(FORWARDED, ())).split(",")
        while hops and self._is_proxy(address):
            hop = hops.pop().strip()
            if not _is_address(hop):
                break
            address = hop
        return address

    def _is_proxy(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in net for net in self._proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
