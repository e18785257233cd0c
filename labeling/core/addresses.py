"""Which addresses of the internet a fetch may reach: public ones, and networks that are named.

Judged is the number that a connection goes to, never a name: however a host is written (decimal,
octal, mapped into IPv6, or as a name that answers differently the second time), it ends here.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from django.conf import settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# What clouds tell their own machines, credentials among it. Never, whatever networks are named.
METADATA = frozenset(
    ip_address(each)
    for each in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254")
)
# The address family's own rooms that Python counts as global.
RESERVED: tuple[Network, ...] = tuple(
    ip_network(each)
    for each in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 holds any IPv4 address, and nobody needs it any more
        "3fff::/20",  # documentation
    )
)
GLOBAL_UNICAST = IPv6Network("2000::/3")
# A network without IPv4 writes public IPv4 addresses so (RFC 6052).
TRANSLATED = IPv6Network("64:ff9b::/96")


def may_reach(text: str) -> bool:
    """Whether a connection may go to this address.

    Arguments:
        text: an address in numbers, as the system's resolver answers.
    """
    address = _meant(ip_address(text.partition("%")[0]))
    if address.is_multicast or address.is_link_local or address.is_unspecified:
        return False
    if address in METADATA:
        return False
    return _is_public(address) or any(address in each for each in settings.FETCH_PRIVATE_NETWORKS)


def _meant(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that a system or a translator takes for it."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: Address) -> bool:
    if any(address in each for each in RESERVED) or address.is_reserved:
        return False
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global
