"""The egress guard's judgement: which addresses are public, which spellings are understood.

The list of addresses is an oracle of its own, written out one by one and not derived from the
networks the guard denies.
"""
# ruff: noqa: RUF001 - characters that look like others are what half of this file is about

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NamedTuple

import pycurl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retour.gateways.egress import (
    BLOCKED_WORDS,
    Allowed,
    Blocked,
    Pinned,
    Target,
    Unresolved,
    blocked,
    check_url,
    parse_allow,
    resolve,
)


def words(text: str) -> list[str]:
    return text.split()


BAD_V4 = words(
    """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.1.2.3
    127.255.255.255 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1
    172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1
    192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9
    224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
    """
)
BAD_V6 = words(
    """
    :: ::1 ::7f00:1 ::a9fe:a9fe ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:10.0.0.1
    ::ffff:0:127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::7f00:1 64:ff9b:1::7f00:1 100::1 2001::1
    2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::
    2002:a9fe:a9fe:: 2620:4f:8000::1 3fff::1 3fff:fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254
    fe80::1 fe80::1%eth0 2606:4700::1111%1 fec0::1 ff02::1 ff05::2 ffff::1
    """
)
GOOD = words(
    """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
    168.63.129.15 172.15.255.255 172.32.0.1 192.0.1.1 198.17.255.255 198.20.0.1 223.255.255.255
    2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2620:4f:8001::1 2a00:1450::8a
    3ffe::1 ::ffff:8.8.8.8
    """
)

NOBODY = (
    "https://",
    "https:///path",
    "https://:443/",
    "//example.com/",
    "example.com",
    "https:example.com",
    "https:/example.com",
    "ftp://example.com/",
    "gopher://example.com/",
    "file:///etc/passwd",
    "dict://example.com/",
    "HTTPſ://example.com/",
    "javascript:alert(1)",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com#@127.0.0.1/",
    "https://127.0.0.1#@example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com\\.evil.com/",
    "https:\\\\example.com/",
    "https://example.com/\\",
    "https://exa\tmple.com/",
    "https://exa\nmple.com/",
    "https://example.com/\r\nHost: evil",
    "https://example.com/ HTTP/1.1",
    " https://example.com/",
    "https://example.com/ ",
    "https://example.com/\x00",
    "https://example.com\x00.evil.com/",
    "https://example.com/#fragment",
    "https://example.com:/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:-1/",
    "https://example.com:443:443/",
    "https://example.com:99999999999/",
    "https://example.com:４４３/",
    "https://example..com/",
    "https://.example.com/",
    "https://example.com../",
    "https://-example.com/",
    "https://example-.com/",
    "https://exam ple.com/",
    "https://exam%20ple.com/",
    "https://%65xample.com/",
    "https://example.com%2f@evil.com/",
    "https://example.com／.evil.com/",
    "https://example.com？.evil.com/",
    "https://[::1/",
    "https://::1/",
    "https://[::1]]/",
    "https://[::1]evil.com/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[v1.fe80]/",
    "https://[127.0.0.1]/",
    "https://[1:2:3]/",
    "https://\u202eexample.com/",
    "https://exa\u200dmple.com/",
    f"https://{'a' * 64}.com/",
    f"https://{'a.' * 130}com/",
    f"https://example.com/{'a' * 2048}",
)
"""Spellings no operator's list can make good."""

NUMBERS = words(
    """
    2130706433 017700000001 0x7f000001 0X7F000001 0177.0.0.1 0x7f.0.0.1 127.1 127.0.1 0
    127.0.0.1.1 127.0.0.0x1 0177.1 00.0.0.0 010.8.8.8 08.8.8.8 8.8.2056 256.1.1.1 8.8.8.8.0x0
    1.2.3 4294967295 4294967296 0x example.com.1 example.0x7f example.com.0177
    """
)
"""What ``getaddrinfo`` might read as an address, in a spelling others read otherwise."""

LOCAL_NAMES = words(
    """
    localhost LOCALHOST localhost. sub.localhost printer.local metadata.internal
    metadata.google.internal router.home.arpa abcdefghijklmnop.onion intranet db
    ｌｏｃａｌｈｏｓｔ
    """
)


def rule(url: str, allow: str = "") -> str | None:
    """Give the rule ``url`` breaks, ``None`` if it may be resolved."""
    answer = check_url(url, parse_allow(allow))
    return answer.rule if isinstance(answer, Blocked) else None


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize("text", [*BAD_V4, *BAD_V6])
def test_an_address_that_is_not_public_is_blocked(text: str) -> None:
    """53 and more addresses nobody's tenant may reach."""
    assert blocked(ip_address(text))
    assert rule(f"https://{bracketed(text)}/") is not None


@pytest.mark.parametrize("text", GOOD)
def test_a_public_address_is_not_blocked(text: str) -> None:
    """The neighbours of every denied network stay reachable."""
    assert not blocked(ip_address(text))
    assert rule(f"https://{bracketed(text)}/hook") is None


def test_there_are_as_many_addresses_as_promised() -> None:
    """A list cut short would pass everything."""
    assert len({*BAD_V4, *BAD_V6}) >= 53
    assert len(set(GOOD)) >= 15


@given(st.ip_addresses(v=4))
@example(IPv4Address("169.254.169.254"))
def test_wrapping_a_v4_address_in_v6_hides_nothing(address: IPv4Address) -> None:
    """Mapped is judged as what it maps; every other wrapping is refused outright."""
    number = int(address)

    assert blocked(IPv6Address((0xFFFF << 32) | number)) == blocked(address)
    assert blocked(IPv6Address(number))
    assert blocked(IPv6Address((0x64FF9B << 96) | number))
    assert blocked(IPv6Address((0x2002 << 112) | (number << 80)))


@pytest.mark.parametrize("url", NOBODY)
def test_a_spelling_somebody_reads_otherwise_is_refused_whatever_is_allowed(url: str) -> None:
    """The operator opens networks, not grammar."""
    assert rule(url, "0.0.0.0/0, ::/0") in {"grammar", "host"}


@pytest.mark.parametrize("host", NUMBERS)
def test_a_number_that_is_no_dotted_quad_is_refused_whatever_is_allowed(host: str) -> None:
    """getaddrinfo reads 127.1, 0x7f.1 and 2130706433 as loopback; nobody shall have to."""
    assert rule(f"https://{host}/", "0.0.0.0/0, ::/0") == "host"


@pytest.mark.parametrize("host", ["①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "127.0.0.1."])
def test_a_number_in_other_digits_is_judged_as_the_address_it_means(host: str) -> None:
    """UTS-46 turns circled and full-width digits into plain ones before the judgement."""
    assert rule(f"https://{host}/") == "address"
    assert rule(f"https://{host}/", "127.0.0.1") is None


@pytest.mark.parametrize("host", LOCAL_NAMES)
def test_a_name_of_the_local_network_is_refused(host: str) -> None:
    """Such names are answered by whoever is near."""
    assert rule(f"https://{host}/") == "name"


@pytest.mark.parametrize(
    ("url", "broken"),
    [
        ("http://example.com/", "scheme"),
        ("http://8.8.8.8/", "scheme"),
        ("https://example.com:22/", "port"),
        ("https://8.8.8.8:6379/", "port"),
        ("https://api.retour.example/hooks", "own_host"),
    ],
)
def test_each_forgivable_rule_is_named(url: str, broken: str) -> None:
    """The operator's log says which rule it was; tenants all read the same sentence."""
    answer = check_url(url, own_hosts=frozenset({"api.retour.example"}))

    assert isinstance(answer, Blocked)
    assert answer.rule == broken
    assert answer.words == BLOCKED_WORDS


@pytest.mark.parametrize(
    ("url", "rebuilt"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://EXAMPLE.COM:443/Path?Q=1", "https://example.com/Path?Q=1"),
        ("https://example.com./", "https://example.com/"),
        ("https://example.com:8443?a=b", "https://example.com:8443/?a=b"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://example。com/", "https://example.com/"),
        ("https://my_host.example.com/", "https://my_host.example.com/"),
        ("https://example.com/a/../b//c;d=1,2?x=[]{}|'!*()&y=%20@:", None),
        ("https://[2606:4700:4700:0:0:0:0:1111]/", "https://[2606:4700:4700::1111]/"),
    ],
)
def test_a_url_is_rebuilt_in_its_one_spelling(url: str, rebuilt: str | None) -> None:
    """What curl is given has been written by us, path and query untouched."""
    target = check_url(url)

    assert isinstance(target, Target)
    assert target.url == (rebuilt or url)


class CurlsReading(NamedTuple):
    """A URL as the parser of the connecting library takes it apart."""

    scheme: str
    host: str
    port: str | None
    user: str | None
    fragment: str | None

    @classmethod
    def of(cls, text: str) -> CurlsReading:
        url: Any = vars(pycurl)["CurlUrl"](text)  # The published stubs do not know it yet.
        return cls(url.scheme, url.host.strip("[]"), url.port, url.user, url.fragment)


HOST_CHARACTERS = st.text(
    st.sampled_from("aA1.-_:@/\\#?%[]0xé①／。\t \x00ß"), min_size=1, max_size=12
)


@given(
    scheme=st.sampled_from(["https://", "HTTPS://", "https:", "https:/", "https:\\\\", "http://"]),
    host=HOST_CHARACTERS | st.sampled_from([*BAD_V4, *NUMBERS, *LOCAL_NAMES, "example.com"]),
    port=st.sampled_from(["", ":443", ":8443", ":80", ":0", ":", ":x"]),
    rest=st.text(st.sampled_from("/?#@:\\ a%.\n[]é;"), max_size=8),
)
@example(scheme="https://", host="a.b", port="", rest="?/@c.d")
def test_curl_reads_the_host_we_judged(scheme: str, host: str, port: str, rest: str) -> None:
    """One parser judges and another connects: they must never differ about where."""
    target = check_url(scheme + host + port + rest, parse_allow("0.0.0.0/0,::/0"))

    if isinstance(target, Target):
        curl = CurlsReading.of(target.url)
        number = int(curl.port or {"http": 80, "https": 443}[target.scheme])
        assert (target.scheme, target.host, target.port) == (curl.scheme, curl.host, number)
        assert (None, None) == (curl.user, curl.fragment)
        assert check_url(target.url, parse_allow("0.0.0.0/0,::/0")) == target


@given(st.text(max_size=60) | st.text(max_size=60).map("https://".__add__))
def test_no_text_at_all_makes_the_guard_stumble(url: str) -> None:
    """Whatever is typed is a target or a refusal."""
    assert isinstance(check_url(url), Target | Blocked)


@pytest.mark.parametrize(
    ("text", "network", "port"),
    [
        ("10.0.0.0/8", "10.0.0.0/8", None),
        ("127.0.0.1", "127.0.0.1/32", None),
        (" 127.0.0.1:9000 ", "127.0.0.1/32", 9000),
        ("10.1.0.0/16:443", "10.1.0.0/16", 443),
        ("fd00::/8", "fd00::/8", None),
        ("::1", "::1/128", None),
        ("[::1]", "::1/128", None),
        ("[::1]:9000", "::1/128", 9000),
        ("[fd00::/8]:443", "fd00::/8", 443),
        ("[fd00::]/8:443", "fd00::/8", 443),
    ],
)
def test_the_operators_list_is_read_in_every_usual_spelling(
    text: str, network: str, port: int | None
) -> None:
    """CIDR or CIDR:port, IPv6 in brackets where a port follows."""
    (allowed,) = parse_allow(text)

    assert (network, port) == (str(allowed.network), allowed.port)


@pytest.mark.parametrize(
    "text",
    ["nonsense", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8:0", "10.0.0.0/8:70000", "[::1", "::1]:80",
     "localhost:80", "10.0.0.0/8;127.0.0.1", "http://10.0.0.1", "[fd00::/8]/8:443", "1:2:3:80/-1"],
)  # fmt: skip
def test_an_operators_slip_is_told_with_the_remedy(text: str) -> None:
    """A list half understood would open too much or too little."""
    with pytest.raises(ValueError, match="Write 10"):
        parse_allow(text)


def test_an_empty_list_allows_nothing() -> None:
    """Empty items are typing, not meaning."""
    assert () == parse_allow("") == parse_allow(" , ")
    assert 2 == len(parse_allow("10.0.0.0/8,,::1,"))


@pytest.mark.parametrize(
    ("url", "allow", "is_open"),
    [
        ("http://127.0.0.1:9000/x", "127.0.0.0/8", True),
        ("http://127.0.0.1:9000/x", "127.0.0.1:9000", True),
        ("http://127.0.0.1:9001/x", "127.0.0.1:9000", False),
        ("http://127.0.0.2:9000/x", "127.0.0.1:9000", False),
        ("https://10.1.2.3/x", "10.0.0.0/8:443", True),
        ("http://10.1.2.3/x", "10.0.0.0/8:443", False),
        ("http://[::1]:9000/", "[::1]:9000", True),
        ("http://[::1]:9000/", "127.0.0.0/8", False),
        ("http://[::ffff:127.0.0.1]:9000/", "127.0.0.1", True),
        ("http://8.8.8.8:25/", "8.8.8.8", True),
        ("https://169.254.169.254/", "127.0.0.0/8", False),
    ],
)
def test_an_allowed_literal_is_exempt_from_scheme_port_and_range(
    url: str,
    allow: str,
    is_open: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """At the ports the operator opened, and at no other."""
    assert is_open == (rule(url, allow) is None)


class Names:
    """A name server in memory: each look-up takes the next answer, the last one stays."""

    def __init__(self, *answers: list[str] | OSError) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer


async def resolved(url: str, names: Names, allow: str = "") -> Pinned | Blocked | Unresolved:
    target = check_url(url, parse_allow(allow))
    assert isinstance(target, Target)
    return await resolve(target, parse_allow(allow), names)


async def test_a_public_name_is_pinned_to_all_its_addresses() -> None:
    """In the order the system prefers, each once."""
    names = Names(["2606:4700::1", "1.1.1.1", "1.1.1.1"])

    answer = await resolved("https://bücher.example/", names)

    assert Pinned((ip_address("2606:4700::1"), ip_address("1.1.1.1"))) == answer
    assert ["xn--bcher-kva.example"] == names.asked


@pytest.mark.parametrize("bad", [*BAD_V4, *BAD_V6])
@pytest.mark.parametrize("place", [0, 1])
async def test_one_bad_record_among_good_ones_blocks_them_all(bad: str, place: int) -> None:
    """No cherry-picking, wherever the bad one stands."""
    records = ["1.1.1.1", "2606:4700::1"]
    records.insert(place, bad)

    assert isinstance(await resolved("https://example.com/", Names(records)), Blocked)


async def test_too_many_records_block() -> None:
    """Sixteen are a service, a hundred a lottery."""
    sixteen = [f"1.1.1.{n}" for n in range(16)]

    assert isinstance(await resolved("https://example.com/", Names(sixteen)), Pinned)
    answer = await resolved("https://example.com/", Names([*sixteen, "1.1.2.1"]))
    assert Blocked("records") == answer


async def test_a_record_that_is_no_address_blocks() -> None:
    """Nothing is guessed."""
    assert Blocked("records") == await resolved("https://example.com/", Names(["1.1.1.1", "x"]))


async def test_a_name_without_address_is_unresolved_not_blocked() -> None:
    """A misspelt name is the tenant's to see."""
    assert isinstance(await resolved("https://example.com/", Names(OSError("gone"))), Unresolved)
    assert isinstance(await resolved("https://example.com/", Names([])), Unresolved)


async def test_a_name_outside_the_rules_needs_every_record_on_the_list() -> None:
    """Public is not enough where the scheme, the port or the name is exempt."""
    allow = "127.0.0.0/8:9000, [::1]:9000"
    url = "http://sink.local:9000/"

    assert isinstance(await resolved(url, Names(["127.0.0.1", "::1"]), allow), Pinned)
    assert Blocked("address") == await resolved(url, Names(["127.0.0.1", "1.1.1.1"]), allow)
    assert Blocked("address") == await resolved(url, Names(["1.1.1.1"]), allow)
    assert Blocked("scheme") == check_url(url)


async def test_a_name_within_the_rules_may_mix_public_and_allowed() -> None:
    """Each record passes by itself."""
    names = Names(["1.1.1.1", "10.0.0.9"])

    assert isinstance(await resolved("https://erp.example.com/", names, "10.0.0.9:443"), Pinned)
    assert isinstance(await resolved("https://erp.example.com/", names, "10.0.0.9:80"), Blocked)


async def test_every_resolution_is_judged_anew() -> None:
    """A name that turns private between two look-ups is caught at the second."""
    names = Names(["1.1.1.1"], ["169.254.169.254"], ["1.1.1.1"])

    answers = [await resolved("https://rebind.example.com/", names) for _ in range(3)]

    assert [Pinned, Blocked, Pinned] == [type(answer) for answer in answers]


def test_allowed_is_the_operators_word_for_one_network_and_port() -> None:
    """A port of ``None`` is every port."""
    (every,) = parse_allow("127.0.0.0/8")

    assert isinstance(every, Allowed)
    assert every.covers(ip_address("127.9.9.9"), 1)
    assert not every.covers(ip_address("128.0.0.1"), 1)
