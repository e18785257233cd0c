"""The desk fetches what people refer to, and is nobody's hand inside its own network."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from time import monotonic, sleep

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from labeling.core import fetching
from labeling.core.fetching import Unreachable, check_address, fetch, post


@pytest.fixture
def get(tmp_path):
    """Fetches an address into a file, with limits that suit a test."""

    def call(url, most_bytes=1_000_000, seconds=5.0, **options):
        target = tmp_path / "target"
        return fetch(url, target, most_bytes=most_bytes, seconds=seconds, **options), target

    return call


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "must begin with"),
        ("lemon.jpg", "must begin with"),
        ("//host/lemon.jpg", "must begin with"),
        ("ftp://host/lemon.jpg", "must begin with"),
        ("file:///etc/passwd", "must begin with"),
        ("gopher://host/", "must begin with"),
        ("javascript:alert(1)", "must begin with"),
        ("http:/lemon.jpg", "must begin with"),
        ("https://", "names no host"),
        ("http:///lemon.jpg", "names no host"),
        ("https://ana:secret@host/lemon.jpg", "user name"),
        ("https://ana@host/lemon.jpg", "user name"),
        ("https://host:22/", "Port 22"),
        ("https://host:0/", "Port 0"),
        ("https://host:70000/", "not an address"),
        ("https://ho st/", "not an address"),
        ("https://zitronen-größe.example/", "xn--"),
        ("https://host/a\r\nHost: other", "signs"),
        (" https://host/", "signs"),
        ("https://host/" + "a" * 2000, "2000 characters"),
    ],
)
def test_what_is_no_address_is_refused_before_anybody_is_asked(url, why, names):
    with pytest.raises(Unreachable, match=why):
        check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://host/lemon.jpg",
        "HTTPS://Host/lemon.jpg",
        "http://host:8080/a b/ü.jpg?size=2&sign=%2F#part",
        "http://10.0.0.1/",  # where it leads is asked when it is fetched
        "http://[2606:4700::1]/",
    ],
)
def test_how_an_address_is_written_is_all_that_is_asked_beforehand(url, names):
    check_address(url)


def test_a_file_is_fetched(get, web):
    fetched, target = get(web.says("/lemon.jpg?x=1", b"lemon", Content_Type="Image/JPEG; q=1"))
    assert target.read_bytes() == b"lemon"
    assert fetched.byte_size == 5
    assert fetched.media_type == "image/jpeg"
    assert fetched.url == web.at("/lemon.jpg?x=1")


def test_the_desk_says_who_asks_and_tells_nothing_else(get, web):
    get(web.says("/lemon.jpg", b"lemon", Set_Cookie="a=b"))
    get(web.at("/lemon.jpg"))
    headers = web.asked[1].headers
    assert "Labeldesk" in headers["User-Agent"]
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Host"] == f"127.0.0.1:{web.server_port}"
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}


def test_signs_beyond_ascii_and_spaces_reach_the_server_quoted(get, web):
    web.says("/a%20b/%C3%BC.jpg", b"lemon")
    assert get(web.at("/a b/ü.jpg"))[0].byte_size == 5


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost"])
def test_a_private_address_is_not_visited_however_it_is_written(get, silent_web, host):
    silent_web.says("/", b"secret")
    with pytest.raises(Unreachable, match="not a public address"):
        get(f"http://{host}:{silent_web.server_port}/")
    assert silent_web.asked == []


def test_a_name_that_leads_inside_is_not_followed(get, silent_web, names):
    names["inside.example"] = ["127.0.0.1"]
    silent_web.says("/", b"secret")
    with pytest.raises(Unreachable, match="not a public address"):
        get(f"http://inside.example:{silent_web.server_port}/")
    assert silent_web.asked == []


def test_a_name_that_changes_its_mind_is_asked_once(get, web, names):
    """The second answer is what an attacker would want to be connected to."""
    names["changes.example"] = ["127.0.0.1", "127.0.0.2"]
    web.says("/", b"lemon")
    fetched, _target = get(f"http://changes.example:{web.server_port}/")
    assert fetched.byte_size == 5
    assert names["changes.example"] == ["127.0.0.2"]
    assert web.asked[0].headers["Host"] == f"changes.example:{web.server_port}"


def test_an_unknown_name_is_said_so(get, monkeypatch):
    def unknown(*_args, **_options):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="No host of this name"):
        get("http://nobody.example/")


def test_a_resolver_that_does_not_answer_is_not_waited_for(get, monkeypatch):
    def slow(*_args, **_options):
        sleep(0.5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    began = monotonic()
    with pytest.raises(Unreachable, match="too long"):
        get("http://slow.example/", seconds=0.2)
    assert monotonic() - began < 1


def test_a_host_that_is_down_is_said_so(get, web):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match="Nobody answers"):
        get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(get, web, status):
    web.says("/there", b"lemon")
    fetched, _target = get(web.says("/here", status=status, Location="/there#part"))
    assert fetched.url == web.at("/there")
    assert fetched.byte_size == 5


def test_three_redirects_are_followed_and_a_fourth_is_not(get, web):
    web.says("/4", b"lemon")
    for leg in (1, 2, 3):
        web.says(f"/{leg}", status=302, Location=f"/{leg + 1}")
    assert get(web.at("/1"))[0].url == web.at("/4")
    with pytest.raises(Unreachable, match="on and on"):
        get(web.says("/0", status=302, Location="/1"))


def test_a_redirect_that_leads_inside_is_not_followed(get, web, names):
    """Each leg is judged anew: the first host may be reached, the second may not."""
    names["inside.example"] = ["127.0.0.3"]
    onward = f"http://inside.example:{web.server_port}/"
    with pytest.raises(Unreachable, match="not a public address"):
        get(web.says("/", status=302, Location=onward))
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("file:///etc/passwd", "must begin with"),
        ("http://ana:secret@host/", "user name"),
        ("http://[", "not an address"),
        ("http://127.0.0.1:25/", "Port 25"),
        ("", "does not say which"),
    ],
)
def test_a_redirect_to_what_is_no_address_is_refused(get, web, location, why):
    with pytest.raises(Unreachable, match=why):
        get(web.says("/", status=302, Location=location))


@pytest.mark.parametrize(
    ("status", "why"),
    [(404, "nothing at this address"), (403, "let the desk in"), (500, "error"), (204, "error")],
)
def test_an_error_is_told_without_its_body(get, web, status, why):
    with pytest.raises(Unreachable, match=why) as caught:
        get(web.says("/", b"<b>internal secret</b>", status=status))
    assert "secret" not in str(caught.value)


def test_a_file_that_says_it_is_too_large_is_not_read(get, web, tmp_path):
    with pytest.raises(Unreachable, match="larger than"):
        get(web.says("/", b"a" * 2000), most_bytes=1999)
    assert not (tmp_path / "target").exists()


def test_a_file_that_lies_about_its_size_is_cut_off(get, web, tmp_path):
    def endless(request):
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"a" * 65536)

    web.answers["/"] = endless
    with pytest.raises(Unreachable, match="larger than"):
        get(web.at("/"), most_bytes=300_000)
    assert not (tmp_path / "target").exists()


def test_a_file_that_ends_too_early_is_refused(get, web, tmp_path):
    with pytest.raises(Unreachable, match="broke off"):
        get(web.says("/", b"lemon", Content_Length="500"))
    assert not (tmp_path / "target").exists()


def test_a_packed_answer_is_refused(get, web):
    with pytest.raises(Unreachable, match="packed"):
        get(web.says("/", b"\x1f\x8b", Content_Encoding="gzip"))


def drips(part):
    """An answer that sends a byte at a time and never ends."""

    def answer(request):
        if part == "body":
            request.send_response(200)
            request.end_headers()
        else:
            request.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        while True:
            request.wfile.write(b"a")
            sleep(0.02)

    return answer


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_drips_is_left(get, web, tmp_path, part):
    web.answers["/"] = drips(part)
    began = monotonic()
    with pytest.raises(Unreachable, match="too long"):
        get(web.at("/"), seconds=0.3)
    assert monotonic() - began < 1
    assert not (tmp_path / "target").exists()


def test_a_server_that_never_answers_is_left(get, web):
    web.answers["/"] = lambda _request: sleep(2)
    with pytest.raises(Unreachable, match="too long"):
        get(web.at("/"), seconds=0.2)


def test_redirects_share_one_time(get, web):
    def slow(request):
        sleep(0.15)
        request.send_response(302)
        request.send_header("Location", "/")
        request.end_headers()

    web.answers["/"] = slow
    with pytest.raises(Unreachable, match="too long"):
        get(web.at("/"), seconds=0.4)


def test_what_is_no_http_is_refused(get, web):
    web.answers["/"] = lambda request: request.wfile.write(b"220 mail.example ESMTP\r\n")
    with pytest.raises(Unreachable, match="broke off"):
        get(web.at("/"))


def test_whoever_waits_may_stop_it(get, web, tmp_path):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(web.says("/", b"lemon"), progress=stop)
    assert not (tmp_path / "target").exists()


def test_a_message_is_posted(web):
    url = web.says("/hook", b"thanks", status=202)
    assert post(url, b'{"a": 1}', {"Content-Type": "application/json", "X-Sign": "s"}, seconds=5)
    request = web.asked[0]
    assert request.command == "POST"
    assert request.body == b'{"a": 1}'
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Sign"] == "s"
    assert "Labeldesk" in request.headers["User-Agent"]


def test_a_posts_answer_is_its_status_and_redirects_are_not_followed(web):
    assert post(web.says("/", status=500), b"", {}, seconds=5) == 500
    assert post(web.says("/", status=302, Location="/other"), b"", {}, seconds=5) == 302
    assert len(web.asked) == 2


def test_nothing_is_posted_inside_nor_waited_for(silent_web, settings):
    with pytest.raises(Unreachable, match="not a public address"):
        post(silent_web.at("/"), b"x", {}, seconds=5)
    settings.FETCH_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    silent_web.answers["/"] = drips("head")
    with pytest.raises(Unreachable, match="too long"):
        post(silent_web.at("/"), b"x", {}, seconds=0.3)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for pictures.example that signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pictures.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pictures.example")]), False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls_web(web, names, certificate):
    """The web server behind TLS, by two names; the certificate holds one of them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # The handshake happens in the thread of the request, so that a failed one ends nothing.
    web.socket = context.wrap_socket(web.socket, server_side=True, do_handshake_on_connect=False)
    names["pictures.example"] = names["other.example"] = ["127.0.0.1"]
    web.says("/", b"lemon")
    return web


@pytest.fixture
def trusted(monkeypatch, certificate):
    """This machine trusts the certificate."""
    context = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(fetching, "tls_context", lambda: context)


def test_https_is_spoken_with_who_proves_the_name(get, tls_web, trusted):
    url = f"https://pictures.example:{tls_web.server_port}/"
    assert get(url)[0].byte_size == 5
    assert tls_web.asked[0].headers["Host"] == f"pictures.example:{tls_web.server_port}"


def test_a_certificate_for_another_name_is_refused(get, tls_web, trusted):
    with pytest.raises(Unreachable, match="certificate"):
        get(f"https://other.example:{tls_web.server_port}/")
    assert tls_web.asked == []


def test_a_certificate_that_nobody_vouches_for_is_refused(get, tls_web):
    with pytest.raises(Unreachable, match="certificate"):
        get(f"https://pictures.example:{tls_web.server_port}/")
    assert tls_web.asked == []


def test_a_host_that_speaks_no_tls_is_said_so(get, web):
    with pytest.raises(Unreachable, match="https"):
        get(f"https://127.0.0.1:{web.server_port}/")


def test_https_does_not_lead_to_http(get, tls_web, trusted):
    tls_web.says("/", status=302, Location="http://pictures.example/")
    with pytest.raises(Unreachable, match="from https to http"):
        get(f"https://pictures.example:{tls_web.server_port}/")


def test_a_tls_greeting_that_never_comes_is_not_waited_for(get, settings):
    settings.FETCH_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    with socket.create_server(("127.0.0.1", 0)) as mute:  # its backlog takes the call, nobody else
        began = monotonic()
        with pytest.raises(Unreachable):
            get(f"https://127.0.0.1:{mute.getsockname()[1]}/", seconds=0.4)
        assert monotonic() - began < 1
