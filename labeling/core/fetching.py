"""The one way out: what the desk asks of addresses that people gave it.

An address may be anybody's idea, so the desk must not become their hand inside its own network:

- only http and https, without credentials, to the usual ports or to those above 1023;
- a host is looked up once, and the connection goes to the very number that was judged; a name that
  answers otherwise the next time changes nothing, and each redirect is judged anew;
- a certificate must be valid for the host's name;
- size and total time are limited, whatever the other side claims or drips, and packed answers are
  refused, so that nothing unpacks to more than its size;
- no cookies, no proxy, no credentials; errors tell what to do, never what was answered.
"""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from threading import Thread, Timer
from time import monotonic
from urllib.parse import urljoin

from django.utils.translation import gettext as _
from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from labeling.core.addresses import may_reach

LONGEST_URL = 2000
MOST_REDIRECTS = 3
# Of one host's addresses, so many are tried.
MOST_ADDRESSES = 4
# What is asked of one address before the next is tried, in seconds.
CONNECT_SECONDS = 10.0
BLOCK_BYTES = 64 * 1024
FIRST_FREE_PORT = 1024
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
USER_AGENT = "Labeldesk (fetches what its people refer to)"
NETWORK_ERRORS = (HTTPError, HTTPException, OSError)


class Unreachable(Exception):
    """An address that gave nothing; the text is for people and says why, as far as is safe."""


@dataclass(frozen=True)
class Fetched:
    """What came.

    Attributes:
        byte_size: bytes that were written.
        media_type: as the other side calls it, in lower case; may be empty, must not be trusted.
        url: where it was found, after redirects.
    """

    byte_size: int
    media_type: str
    url: str


class _Clock:
    """How much of a visit's time is left."""

    def __init__(self, seconds: float) -> None:
        self.ends = monotonic() + seconds

    def left(self) -> float:
        """Seconds; Unreachable when there are none."""
        left = self.ends - monotonic()
        if left <= 0:
            raise Unreachable(_("It took too long to answer."))
        return left


def check_address(url: str) -> None:
    """Judge how an address is written; asks nobody.

    Raises:
        Unreachable: it is not one that can be fetched.
    """
    _parsed(url)


def fetch(
    url: str,
    target: Path,
    *,
    most_bytes: int,
    seconds: float,
    progress: Callable[[], None] = lambda: None,
) -> Fetched:
    """Write what an address holds into a file.

    Arguments:
        target: the file; it is not there after an error.
        most_bytes: bytes above which it is refused.
        seconds: for everything together, redirects included.
        progress: called after each block; what it raises ends the visit and passes through.

    Raises:
        Unreachable: nothing came, too much, or too slowly.
    """
    clock = _Clock(seconds)
    headers = {"Accept-Encoding": "identity", "Accept": "*/*"}
    for _leg in range(MOST_REDIRECTS + 1):
        with _visit("GET", url, None, headers, clock) as response:
            if response.status not in REDIRECTS:
                _check_answer(response, most_bytes)
                byte_size = _written(response, target, most_bytes, clock, progress)
                media_type = response.headers.get("Content-Type", "").partition(";")[0]
                return Fetched(byte_size, media_type.strip().lower(), url)
            url = _onward(url, response.headers.get("Location", ""))
    raise Unreachable(_("It leads on and on to other addresses."))


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> int:
    """Send bytes to an address; redirects are not followed, and what is answered is not read.

    Arguments:
        headers: beside those that the desk sends itself; Content-Type among them.
        seconds: for everything together.

    Returns:
        The HTTP status of the answer.

    Raises:
        Unreachable: nobody answered.
    """
    with _visit("POST", url, body, headers, _Clock(seconds)) as response:
        return response.status


def _parsed(url: str) -> Url:
    if len(url) > LONGEST_URL:
        raise Unreachable(
            _("The address has more than %(most)d characters.") % {"most": LONGEST_URL}
        )
    if not url.isprintable() or url != url.strip():
        raise Unreachable(_("The address holds signs that no address has."))
    try:
        found = parse_url(url)
    except LocationParseError:
        raise Unreachable(_not_an_address(url)) from None
    if found.scheme not in PORTS or not url.lower().startswith(f"{found.scheme}://"):
        raise Unreachable(_("The address must begin with https:// or http://."))
    if not found.host:
        raise Unreachable(_("The address names no host."))
    if found.auth is not None:
        raise Unreachable(_("The address must not hold a user name or a password."))
    port = _port(found)
    if port not in PORTS.values() and port < FIRST_FREE_PORT:
        raise Unreachable(_("Port %(port)d is not one for the web.") % {"port": port})
    return found


def _not_an_address(url: str) -> str:
    if url.isascii():
        return _("This is not an address.")
    return _("This is not an address. Write the host's name in ASCII signs (xn--…).")


def _port(url: Url) -> int:
    return PORTS[url.scheme or "http"] if url.port is None else url.port


def _host(url: Url) -> str:
    """Without the brackets of an IPv6 address."""
    return (url.host or "").strip("[]")


def _onward(url: str, location: str) -> str:
    """Where a redirect leads."""
    if not location:
        raise Unreachable(_("It leads to another address and does not say which."))
    try:
        onward = urljoin(url, location).partition("#")[0]
    except ValueError:
        raise Unreachable(_("It leads to something that is not an address.")) from None
    if _parsed(url).scheme == "https" and _parsed(onward).scheme == "http":
        raise Unreachable(_("It leads from https to http, where anybody could change it."))
    return onward


@contextmanager
def _visit(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], clock: _Clock
) -> Iterator[BaseHTTPResponse]:
    """Ask one address once; whatever still stands open is closed afterwards."""
    target = _parsed(url)
    connection = _connected(target, clock)
    # The socket is cut when the time is over: a read that gets a byte a second never ends itself.
    watch = Timer(clock.left(), _cut, [connection.sock])
    watch.daemon = True
    watch.start()
    try:
        with _network_errors(clock):
            connection.request(
                method,
                target.request_uri,
                body=body,
                headers={**headers, "Host": _host_header(target), "User-Agent": USER_AGENT},
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
        try:
            clock.left()  # a head that was cut off looks like one that ended
            yield response
        finally:
            response.close()
    finally:
        watch.cancel()
        connection.close()


def _cut(sock: socket.socket) -> None:
    """End a connection under the hands of who reads it."""
    with suppress(OSError):
        # TLS's own shutdown would talk to the other side first.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


@contextmanager
def _network_errors(clock: _Clock) -> Iterator[None]:
    """A connection that breaks off is said in words for people."""
    try:
        yield
    except NETWORK_ERRORS:
        clock.left()
        raise Unreachable(_("The connection broke off before everything was here.")) from None


def _host_header(url: Url) -> str:
    default = url.port is None or url.port == PORTS[url.scheme or "http"]
    return url.host or "" if default else f"{url.host}:{url.port}"


def _connected(url: Url, clock: _Clock) -> HTTPConnection:
    """A connection to the first of a host's addresses that may be reached and answers."""
    found = _looked_up(_host(url), _port(url), clock)
    allowed = [address for address in found if may_reach(address)]
    if not allowed:
        raise Unreachable(_("It is not a public address, so the desk does not go there."))
    for address in allowed[:MOST_ADDRESSES]:
        connection = _connection(url, address, clock)
        try:
            connection.connect()
        except NETWORK_ERRORS as error:
            connection.close()
            clock.left()
            if isinstance(error, ssl.SSLError):
                raise Unreachable(_unproven(error)) from None
            continue
        # From now on the clock cuts the connection, so no single read needs a limit of its own.
        connection.timeout = clock.left()
        return connection
    raise Unreachable(_("Nobody answers at this address."))


def _unproven(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("Its certificate is not valid for this host, so nobody knows who answers.")
    return _("It does not speak https as it should.")


def _connection(url: Url, address: str, clock: _Clock) -> HTTPConnection:
    """Not opened yet. It is given the number, so that nothing is looked up again."""
    # TLS greets in a second step that may take as long as the first.
    seconds = min(CONNECT_SECONDS, clock.left() / 2)
    if url.scheme == "http":
        return HTTPConnection(address, _port(url), timeout=seconds)
    return HTTPSConnection(
        address,
        _port(url),
        timeout=seconds,
        ssl_context=tls_context(),
        server_hostname=_host(url),
    )


@cache
def tls_context() -> ssl.SSLContext:
    """Whom this machine trusts; checks the certificate and the name in it."""
    return ssl.create_default_context()


def _looked_up(host: str, port: int, clock: _Clock) -> list[str]:
    """A host's addresses in numbers, in the system's order of preference.

    The system's resolver knows no limit of ours, so it is waited for from outside.
    """
    found: list[str] = []

    def look_up() -> None:
        with suppress(OSError, UnicodeError):
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))

    thread = Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(clock.left())
    clock.left()
    if not found:
        raise Unreachable(_("No host of this name is known."))
    return found


def _check_answer(response: BaseHTTPResponse, most_bytes: int) -> None:
    """From the head of an answer: is the body worth reading?"""
    if response.status != HTTPStatus.OK:
        raise Unreachable(_refusal(response.status))
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise Unreachable(_("It is sent packed, though it was asked for as it is."))
    length = response.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > most_bytes:
        raise _too_large(most_bytes)


def _refusal(status: int) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _("The address does not let the desk in (%(status)d).") % {"status": status}
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return _("There is nothing at this address (%(status)d).") % {"status": status}
    return _("The address answers with an error (%(status)d).") % {"status": status}


def _too_large(most_bytes: int) -> Unreachable:
    most = f"{most_bytes / 1024 / 1024:g}"
    return Unreachable(_("It is larger than %(most)s MB.") % {"most": most})


def _written(
    response: BaseHTTPResponse,
    target: Path,
    most_bytes: int,
    clock: _Clock,
    progress: Callable[[], None],
) -> int:
    byte_size = 0
    try:
        with target.open("wb") as file:
            for block in _blocks(response, clock):
                byte_size += len(block)
                if byte_size > most_bytes:
                    raise _too_large(most_bytes)
                file.write(block)
                progress()
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return byte_size


def _blocks(response: BaseHTTPResponse, clock: _Clock) -> Iterator[bytes]:
    """The body, each block as soon as it is here."""
    while True:
        with _network_errors(clock):
            block = response.read1(BLOCK_BYTES)
        clock.left()
        if not block:
            return
        yield block
