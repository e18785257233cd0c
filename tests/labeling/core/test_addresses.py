"""Only public addresses are reached, however they are written."""

from ipaddress import ip_network

import pytest

from labeling.core.addresses import may_reach


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::8.8.8.8",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public_is_not_reached(address):
    assert not may_reach(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_a_public_address_is_reached(address):
    assert may_reach(address)


def test_a_named_network_is_reached_and_its_neighbours_are_not(settings):
    settings.FETCH_PRIVATE_NETWORKS = [ip_network("10.1.0.0/16"), ip_network("fd12::/16")]
    assert may_reach("10.1.2.3")
    assert may_reach("::ffff:10.1.2.3")
    assert may_reach("fd12::1")
    assert not may_reach("10.2.0.1")
    assert not may_reach("fd13::1")


def test_no_setting_opens_the_way_to_a_clouds_credentials_or_to_everybody_at_once(settings):
    settings.FETCH_PRIVATE_NETWORKS = [ip_network("0.0.0.0/0"), ip_network("::/0")]
    assert may_reach("192.168.1.1")
    for address in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "224.0.0.1", "0.0.0.0"):
        assert not may_reach(address)
