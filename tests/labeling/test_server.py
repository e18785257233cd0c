"""The process that serves: its address, and what it asks of gunicorn."""

import socket

import pytest

from labeling.server import Address, PortTaken, Server


@pytest.mark.parametrize(
    ("host", "bind", "url"),
    [
        ("127.0.0.1", "127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("0.0.0.0", "0.0.0.0:8000", "http://127.0.0.1:8000"),
        ("::1", "[::1]:8000", "http://[::1]:8000"),
        ("::", "[::]:8000", "http://[::1]:8000"),
        ("desk.example", "desk.example:8000", "http://desk.example:8000"),
    ],
)
def test_an_address_is_told_as_a_browser_needs_it(host, bind, url):
    address = Address(host, 8000)
    assert (address.bind, address.url) == (bind, url)


def test_a_port_that_somebody_has_is_noticed():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(PortTaken):
            address.check()
    address.check()


def test_the_server_uses_threads_and_opens_no_second_way_in():
    server = Server(Address("127.0.0.1", 8123), workers=2, threads=5, on_ready=lambda: None)
    assert server.cfg.address == [("127.0.0.1", 8123)]
    assert (server.cfg.workers, server.cfg.threads) == (2, 5)
    assert server.cfg.worker_class_str == "gthread"
    assert server.cfg.control_socket_disable
