"""Which addresses we call when a stranger names them."""

import pytest
from yarl import URL

from hub.runtime.addresses import is_public, origin_of, why_not

PUBLIC = ("8.8.8.8", "1.1.1.1", "203.119.175.1", "2606:4700:4700::1111", "::ffff:8.8.8.8")
NOT_PUBLIC = {
    "loopback": ("127.0.0.1", "127.8.9.1", "::1"),
    "this host": ("0.0.0.0", "0.1.2.3", "::"),  # noqa: S104 - what must not be called
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"),
    "link-local": ("169.254.1.1", "fe80::1", "fe80::1%eth0"),
    "metadata": (
        "169.254.169.254",
        "169.254.0.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
    ),
    "shared by providers": ("100.64.0.1", "100.127.255.255"),
    "documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.7", "2001:db8::1"),
    "benchmark": ("198.18.0.1", "198.19.255.255"),
    "multicast": ("224.0.0.1", "239.255.255.250", "ff02::1"),
    "reserved": ("240.0.0.1", "255.255.255.255", "fec0::1"),
    "IPv4 inside IPv6": (
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ),
    "not an address": (
        "",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
        "8.8.8.8.",
        " 8.8.8.8",
    ),
}


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [pytest.param(a, id=f"{why}: {a}") for why, group in NOT_PUBLIC.items() for a in group],
)
def test_an_address_of_no_open_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://mmbiz.qpic.cn/x", ""),
        ("http://mmbiz.qpic.cn:8080/x", ""),
        ("https://8.8.8.8/x", ""),
        ("file:///etc/passwd", "scheme_not_allowed"),
        ("ftp://mmbiz.qpic.cn/x", "scheme_not_allowed"),
        ("gopher://127.0.0.1:6379/_x", "scheme_not_allowed"),
        ("data:text/html,x", "scheme_not_allowed"),
        ("//mmbiz.qpic.cn/x", "scheme_not_allowed"),
        ("x", "scheme_not_allowed"),
        ("https://user:pw@mmbiz.qpic.cn/x", "address_with_password"),
        ("https://mmbiz.qpic.cn@127.0.0.1/x", "address_with_password"),
        ("http://127.0.0.1/x", "address_not_public"),
        ("http://[::1]/x", "address_not_public"),
        ("http://[::ffff:127.0.0.1]/x", "address_not_public"),
        ("http://169.254.169.254/latest/meta-data", "address_not_public"),
        ("http://127.0.0.1:8090/cgi-bin/media/get", ""),
        ("https://127.0.0.1:8090/cgi-bin/media/get", "address_not_public"),
        ("http://127.0.0.1:8091/cgi-bin/media/get", "address_not_public"),
    ],
)
def test_an_address_is_judged_before_it_is_resolved(url: str, code: str) -> None:
    assert why_not(URL(url), {"http://127.0.0.1:8090"}) == code


def test_an_origin_names_its_port() -> None:
    assert origin_of(URL("https://api.weixin.qq.com/cgi-bin")) == "https://api.weixin.qq.com:443"
