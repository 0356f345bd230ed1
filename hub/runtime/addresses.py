"""Which addresses a server of ours may call when somebody else named them. Pure functions."""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from yarl import URL

SCHEMES = frozenset({"http", "https"})
CLOUD = frozenset({IPv4Address("168.63.129.16")})
"""Public by its number, yet a host's own service to its guests."""

NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
WRAPPING = (IPv6Network("2001::/32"), IPv6Network("2002::/16"), *NAT64)
"""IPv6 that hides an IPv4 address: where such a packet ends is not ours to know."""

ALSO_CLOSED = tuple(
    ip_network(net) for net in ("0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "::/96", "fec0::/10")
)
"""Closed whatever the standard library of the day thinks of them."""


def is_public(address: str) -> bool:
    """Whether an address in numbers belongs to the open internet; False for anything unclear."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in net for net in WRAPPING):
            return False
    if found in CLOUD or any(found in net for net in ALSO_CLOSED):
        return False
    closed = found.is_multicast or found.is_reserved or found.is_private or found.is_unspecified
    return found.is_global and not closed


def origin_of(url: URL) -> str:
    """Scheme, host and port, the port always written out."""
    return f"{url.scheme}://{url.host}:{url.port}"


def why_not(url: URL, allowed: Collection[str]) -> str:
    """A stable code for what forbids calling this address before it is resolved, or "".

    `allowed` are origins of `origin_of` that need not be public.
    """
    if url.scheme not in SCHEMES:
        return "scheme_not_allowed"
    if not url.host or url.port is None:
        return "no_host"
    if url.user is not None or url.password is not None:
        return "address_with_password"
    if origin_of(url) in allowed:
        return ""
    if _is_number(url.host) and not is_public(url.host):
        return "address_not_public"
    return ""


def _is_number(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
