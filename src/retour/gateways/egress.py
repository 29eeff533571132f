"""The egress guard: where a tenant-supplied address may lead, judged before any socket exists.

Judgement (``parse_allow``, ``check_url``, ``blocked``) is pure; only ``resolve`` asks the network.
A URL is parsed once, by the grammar below, and rebuilt from its parts, so that no second parser
can read another host out of it. Never here: connections; ``http`` makes them, to the addresses
pinned here and to no other.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, Literal, TypeAlias

import idna

from retour.gateways.limits import LOOKUP_TIMEOUT_S, RECORDS_MAX, URL_LENGTH_MAX

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Lookup: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""Gives every A and AAAA record of a name; raises ``OSError`` where there is none."""

Rule: TypeAlias = Literal[
    "grammar", "host", "scheme", "port", "name", "address", "own_host", "own_address", "records"
]

BLOCKED_WORDS: Final = (
    "This address may not be called. Use a public https address on port 443 or 8443, "
    "or ask the operator of this server to allow it."
)
"""The one answer to every refusal: it must not tell a tenant what our network looks like."""

_PORTS: Final = frozenset({443, 8443})
_LOCAL_SUFFIXES: Final = (".localhost", ".local", ".internal", ".home.arpa", ".onion")
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_DENIED_V4: Final = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
    198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    168.63.129.16/32
"""  # The last one is a cloud's host agent, on an address that looks public.
_DENIED_V6: Final = "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
_DENIED: Final = tuple(map(ip_network, (_DENIED_V4 + _DENIED_V6).split()))

_URL: Final = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]{2,45}\]|[^\[\]@:/?%]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>(?:/[!$-;=?-\[\]_a-z|{}~]*|\?[!$-;=?-\[\]_a-z|{}~]*)?)",
    re.IGNORECASE | re.ASCII,  # Without ASCII, U+017F would pass for an s.
)
_HOST_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ALLOW_ITEM: Final = re.compile(
    r"\[(?P<v6>[0-9a-f:.]+(?:/[0-9]{1,3})?)\](?P<v6_bits>/[0-9]{1,3})?(?::(?P<v6_port>[0-9]{1,5}))?"
    r"|(?P<v4>[0-9.]+(?:/[0-9]{1,2})?)(?::(?P<v4_port>[0-9]{1,5}))?"
    r"|(?P<bare>[0-9a-f:.]+(?:/[0-9]{1,3})?)",
    re.IGNORECASE | re.ASCII,
)
_DISCARD_PORT: Final = 9
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Allowed:
    """A network the operator opened, at one port or (``None``) at every port."""

    network: Network
    port: int | None

    def covers(self, address: Address, port: int) -> bool:
        """Say whether ``address``, in its canonical form, is open at ``port``."""
        return self.port in {None, port} and address in self.network


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that was understood, rebuilt; where it leads is still to be resolved.

    ``address`` is the literal the host is, ``None`` for a name. ``only_allowed`` marks a name that
    breaks a rule from which only the operator's list exempts: every record has to be on it.
    """

    url: str
    scheme: str
    host: str
    port: int
    address: Address | None
    only_allowed: bool


@dataclass(frozen=True, slots=True)
class Blocked:
    """The guard's no. ``rule`` is for the operator's log; everybody else reads ``words``."""

    rule: Rule

    @property
    def words(self) -> str:
        """Give the same sentence for every rule, naming no address."""
        return BLOCKED_WORDS


@dataclass(frozen=True, slots=True)
class Unresolved:
    """The name has no address we could learn in time."""

    words: str


@dataclass(frozen=True, slots=True)
class Pinned:
    """The addresses a target may be reached at, each of them judged; never empty."""

    addresses: tuple[Address, ...]


def parse_allow(text: str) -> tuple[Allowed, ...]:
    """Read ``RETOUR_EGRESS_ALLOW``: ``CIDR`` or ``CIDR:port``, comma separated; empty is nothing.

    IPv6 with a port is bracketed: ``[fd00::/8]:8443``; ``[fd00::]/8:8443`` is understood too.

    Raises:
        ValueError: an item that is neither, in words for the operator.
    """
    return tuple(_parse_allow_item(item) for part in text.split(",") if (item := part.strip()))


def check_url(
    url: str, allow: Sequence[Allowed] = (), *, own_hosts: frozenset[str] = frozenset()
) -> Target | Blocked:
    """Judge everything about ``url`` that can be judged without asking a name server.

    ``own_hosts`` are this platform's own names in lower case. A literal address is judged here
    completely but for the machine's own ones, which only ``resolve`` knows.
    """
    parts = _split(url)
    if isinstance(parts, Blocked):
        return parts
    scheme, host, port, rest = parts
    address = _literal(host)
    if isinstance(address, Blocked):
        return address
    broken = _broken_rule(scheme, host if address is None else None, port, own_hosts)
    if address is not None and not _is_allowed(address, port, allow):
        if broken is None and blocked(address):
            broken = "address"
        if broken is not None:
            return Blocked(broken)
    if address is None and broken is not None and not allow:
        return Blocked(broken)
    return Target(
        url=_rebuild(scheme, host if address is None else address, port, rest),
        scheme=scheme,
        host=host if address is None else str(address),
        port=port,
        address=address,
        only_allowed=broken is not None,
    )


def blocked(address: Address) -> bool:
    """Say whether ``address`` is anything but a public unicast address of today's internet."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return True
        if address.ipv4_mapped is not None:
            return blocked(address.ipv4_mapped)
        if address not in _GLOBAL_UNICAST:
            return True
    return any(address in network for network in _DENIED)


def canonical(address: Address) -> Address:
    """Give the IPv4 address inside an IPv4-mapped one, any other as it is."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def judge(
    target: Target, addresses: tuple[Address, ...], allow: Sequence[Allowed]
) -> Pinned | Blocked:
    """Pin ``target`` to ``addresses``, or refuse it if a single one of them may not be called."""
    for address in addresses:
        if _is_allowed(address, target.port, allow):
            continue
        if target.only_allowed or blocked(address):
            return Blocked("address")
        if is_own(address):
            return Blocked("own_address")
    return Pinned(addresses)


async def resolve(
    target: Target, allow: Sequence[Allowed], lookup: Lookup
) -> Pinned | Blocked | Unresolved:
    """Pin ``target`` to addresses of which every single one has passed; two seconds at most.

    One bad record refuses them all: picking the good ones would leave the choice to an attacker.
    """
    if target.address is not None:
        return judge(target, (target.address,), allow)
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            records = await lookup(target.host)
    except TimeoutError:
        return Unresolved("The name server did not answer in time. Try again later.")
    except OSError:
        return Unresolved("The name has no address. Check its spelling and its DNS records.")
    addresses = _parse_records(records)
    if isinstance(addresses, Blocked):
        return addresses
    if not addresses:
        return Unresolved("The name has no address. Check its spelling and its DNS records.")
    return judge(target, addresses, allow)


def _parse_allow_item(item: str) -> Allowed:
    match = _ALLOW_ITEM.fullmatch(item)
    words = f"{item!r} is not CIDR or CIDR:port. Write 10.1.0.0/16, 127.0.0.1:9000 or [::1]:9000."
    if match is None:
        raise ValueError(words)
    network = match["v6"] or match["v4"] or match["bare"]
    port_text = match["v6_port"] or match["v4_port"]
    port = int(port_text) if port_text else None
    if port is not None and not 0 < port <= 65535:  # noqa: PLR2004 - the last TCP port
        raise ValueError(words)
    try:
        return Allowed(ip_network(network + (match["v6_bits"] or "")), port)
    except ValueError as error:
        raise ValueError(f"{words} ({error})") from None


def _split(url: str) -> tuple[str, str, int, str] | Blocked:
    """Take ``url`` apart into scheme, ASCII host, port and the rest, or refuse its spelling."""
    if len(url) > URL_LENGTH_MAX:
        return Blocked("grammar")
    match = _URL.fullmatch(url)
    if match is None:
        return Blocked("grammar")
    scheme = match["scheme"].lower()
    port = int(match["port"]) if match["port"] else _DEFAULT_PORTS[scheme]
    if not 0 < port <= 65535:  # noqa: PLR2004 - the last TCP port
        return Blocked("grammar")
    host = match["host"].lower()
    if not host.startswith("["):
        host = _ascii_host(host)
        if host is None:
            return Blocked("host")
    rest = match["rest"]
    return scheme, host, port, rest if rest.startswith("/") else "/" + rest


def _ascii_host(host: str) -> str | None:
    """Spell ``host`` as the name server will be asked, or say that nobody could."""
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, std3_rules=True).decode()
        except idna.IDNAError:
            return None
    host = host.removesuffix(".")
    return host if len(host) <= 253 and _HOST_NAME.fullmatch(host) else None  # noqa: PLR2004 - DNS


def _literal(host: str) -> Address | Blocked | None:
    """Give the address ``host`` spells, ``None`` for a name.

    What ends in a number is one for ``getaddrinfo`` (``127.1``, ``0x7f.1``, ``2130706433``), so it
    has to be the one spelling everybody reads alike.
    """
    if host.startswith("["):
        try:
            return IPv6Address(host[1:-1])
        except ValueError:
            return Blocked("host")
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return None
    try:
        address = IPv4Address(host)
    except ValueError:
        return Blocked("host")
    return address


def _broken_rule(
    scheme: str, name: str | None, port: int, own_hosts: frozenset[str]
) -> Rule | None:
    """Name the first rule broken from which the operator's list would exempt."""
    if scheme != "https":
        return "scheme"
    if port not in _PORTS:
        return "port"
    if name is None:
        return None
    if name in own_hosts:
        return "own_host"
    if "." not in name or name.endswith(_LOCAL_SUFFIXES):
        return "name"
    return None


def _rebuild(scheme: str, host: str | Address, port: int, rest: str) -> str:
    text = f"[{host}]" if isinstance(host, IPv6Address) else str(host)
    authority = text if port == _DEFAULT_PORTS[scheme] else f"{text}:{port}"
    return f"{scheme}://{authority}{rest}"


def _is_allowed(address: Address, port: int, allow: Iterable[Allowed]) -> bool:
    plain = canonical(address)
    return any(allowed.covers(plain, port) for allowed in allow)


def _parse_records(records: Sequence[str]) -> tuple[Address, ...] | Blocked:
    if len(records) > RECORDS_MAX:
        return Blocked("records")
    try:
        return tuple(dict.fromkeys(ip_address(record) for record in records))
    except ValueError:
        return Blocked("records")


def is_own(address: Address) -> bool:
    """Say whether ``address`` is this machine's: only then is it its own way back.

    Connecting a datagram socket asks the routing table and sends nothing.
    """
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), _DISCARD_PORT))
            return ip_address(str(probe.getsockname()[0])) == address
    except OSError:
        return False  # No way there at all.
