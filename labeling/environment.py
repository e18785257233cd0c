"""What the surroundings tell the desk, read strictly.

Every variable is checked at once: a wrong value, or a LABELDESK_ name that nobody knows, refuses
the start and says which variable, what was found and what is allowed. A guess would be worse: a
desk that silently ignores `LABELDESK_HTTSP=true` is an unsafe desk.
"""

import difflib
import os
import re
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError
from marshmallow import ValidationError

T = TypeVar("T")

PREFIX = "LABELDESK_"
SHORTEST_SECRET = 32
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")
CACHE_SCHEMES = ("locmem", "redis", "rediss")
BROKER_SCHEMES = ("memory", "redis", "rediss", "amqp", "amqps")
EMAIL_SCHEMES = ("smtp", "submission", "console", "memory", "dummy")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
# Read where they are needed, not by the settings, but still no strangers.
READ_ELSEWHERE = frozenset({"LABELDESK_OWNER_PASSWORD"})


class EnvironmentRefused(ImproperlyConfigured):
    """The environment holds values that the desk must not start with; the text names each."""


@dataclass(frozen=True)
class ObjectStorage:
    """An S3-compatible store. Empty keys leave the credentials to the platform."""

    bucket: str
    endpoint: str | None
    region: str | None
    access_key: str | None
    secret_key: str | None


@dataclass(frozen=True)
class Environment:
    """Every setting that a deployment may choose, checked and typed."""

    data: Path
    debug: bool
    secret_key: str
    hosts: list[str]
    url: str
    https: bool
    registration: str
    max_upload_mb: int
    team_operations: int
    purge_days: int
    max_image_megapixels: int
    fetch_private: list[IPv4Network | IPv6Network]
    proxies: int
    log_level: str
    database: dict[str, Any]
    cache: dict[str, Any]
    broker: str
    email: dict[str, Any]
    storage: ObjectStorage | None


class _Reader:
    """Reads variables one by one and keeps every problem, so that one start reports them all."""

    def __init__(self) -> None:
        self.env = Env()
        self.known: set[str] = set(READ_ELSEWHERE)
        self.problems: list[str] = []

    def read(
        self,
        name: str,
        default: T,
        parse: Callable[[str], T],
        allowed: str,
        secret: bool = False,
    ) -> T:
        """The parsed value, or the default when the variable is not set or is wrong."""
        self.known.add(name)
        raw = self.env.str(name, None)
        if raw is None:
            return default
        try:
            return parse(raw)
        except (ValueError, EnvError, ValidationError, ImproperlyConfigured):
            found = f"a text of {len(raw)} characters" if secret else repr(without_password(raw))
            self.problems.append(f"{name} is {found}; allowed: {allowed}.")
            return default

    def boolean(self, name: str, default: bool) -> bool:
        return self.read(name, default, lambda _raw: self.env.bool(name), "true or false")

    def number(self, name: str, default: int, low: int, high: int) -> int:
        def parse(raw: str) -> int:
            value = int(raw)
            if not low <= value <= high:
                raise ValueError(raw)
            return value

        return self.read(name, default, parse, f"a whole number from {low} to {high}")

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        def parse(raw: str) -> str:
            if raw not in choices:
                raise ValueError(raw)
            return raw

        return self.read(name, default, parse, " or ".join(choices))

    def text(self, name: str, secret: bool = False) -> str | None:
        return self.read(name, None, _filled, "any text that is not empty", secret)

    def address(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        def parse(raw: str) -> str:
            if urlsplit(raw).scheme not in schemes or "://" not in raw:
                raise ValueError(raw)
            return raw

        return self.read(name, default, parse, _starts(schemes))

    def finish(self) -> None:
        """Raise EnvironmentRefused when anything was wrong."""
        for name in sorted(os.environ):
            if name.startswith(PREFIX) and name not in self.known:
                near = difflib.get_close_matches(name, sorted(self.known), n=1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(self._ours())}."
                self.problems.append(f"{name} is not a variable of Labeldesk; {hint}")
        if self.problems:
            lines = "\n".join(f"  {problem}" for problem in self.problems)
            raise EnvironmentRefused(f"Labeldesk does not start with this environment:\n{lines}")

    def _ours(self) -> list[str]:
        return sorted(name for name in self.known if name.startswith(PREFIX))


def read_environment(default_data: Path) -> Environment:
    """Read and check the process environment; makes the data folder and the secret key.

    Arguments:
        default_data: the data folder when LABELDESK_DATA does not name one.

    Raises:
        EnvironmentRefused: with every problem found, one line each.
    """
    reader = _Reader()
    url = reader.read("LABELDESK_URL", "http://127.0.0.1:8000", _origin, "http(s)://host[:port]")
    # A folder that cannot be made is a finding like the others, so this comes before `finish`.
    data = reader.read("LABELDESK_DATA", default_data, _folder, "a folder that can be written to")
    database = _database(reader, data)
    environment = Environment(
        data=data,
        url=url,
        database=database,
        debug=reader.boolean("LABELDESK_DEBUG", False),
        hosts=_hosts(reader, url),
        https=reader.boolean("LABELDESK_HTTPS", url.startswith("https://")),
        registration=reader.choice("LABELDESK_REGISTRATION", "closed", ("closed", "open")),
        team_operations=reader.number("LABELDESK_TEAM_OPERATIONS", 4, 1, 1000),
        purge_days=reader.number("LABELDESK_PURGE_DAYS", 30, 1, 3650),
        max_upload_mb=reader.number("LABELDESK_MAX_UPLOAD_MB", 2048, 1, 1_000_000),
        max_image_megapixels=reader.number("LABELDESK_MAX_IMAGE_MEGAPIXELS", 100, 1, 10_000),
        fetch_private=_fetch_private(reader),
        proxies=reader.number("LABELDESK_PROXIES", 0, 0, 10),
        log_level=reader.choice("LABELDESK_LOG_LEVEL", "INFO", LOG_LEVELS),
        cache=_cache(reader),
        broker=reader.address("CELERY_BROKER_URL", "memory://", BROKER_SCHEMES),
        email=_email(reader),
        storage=_storage(reader),
        secret_key=_secret_key(reader) or "",
    )
    reader.finish()
    _folder(str(data))  # the default was not parsed, so it may not exist yet
    if environment.secret_key:
        return environment
    return replace(environment, secret_key=kept_secret_key(data / "secret_key"))


def kept_secret_key(path: Path) -> str:
    """The secret key of this data folder; made on the first start, readable by its owner only.

    Two processes may start at once: the key is written aside and linked into place, which only
    one of them can do, and both then read what stands there.
    """
    if not path.exists():
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")  # mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            Path(aside).unlink()
    key = path.read_text(encoding="ascii").strip()
    if len(key) < SHORTEST_SECRET:
        raise EnvironmentRefused(
            f"The secret key in {path} has {len(key)} characters; allowed: at least "
            f"{SHORTEST_SECRET}. Remove the file to get a new key; everybody signs in again then."
        )
    return key


def without_password(address: str) -> str:
    """An address with its password blanked out, fit for a log."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", address)


def _filled(raw: str) -> str:
    if not raw.strip():
        raise ValueError(raw)
    return raw.strip()


def _starts(schemes: tuple[str, ...]) -> str:
    return "an address that starts with " + " or ".join(f"{scheme}://" for scheme in schemes)


def _origin(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError(raw)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(raw)
    return f"{parts.scheme}://{parts.netloc}"


def _folder(raw: str) -> Path:
    path = Path(_filled(raw)).expanduser().resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(raw) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ValueError(raw)
    return path


def _secret(raw: str) -> str:
    if len(raw.strip()) < SHORTEST_SECRET:
        raise ValueError(raw)
    return raw.strip()


def _secret_file(raw: str) -> str:
    try:
        return _secret(Path(raw).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(raw) from error


def _secret_key(reader: _Reader) -> str | None:
    length = f"at least {SHORTEST_SECRET} characters"
    given = reader.read("LABELDESK_SECRET_KEY", None, _secret, length, secret=True)
    kept = reader.read(
        "LABELDESK_SECRET_KEY_FILE", None, _secret_file, f"a readable file that holds {length}"
    )
    if given and kept:
        reader.problems.append(
            "LABELDESK_SECRET_KEY and LABELDESK_SECRET_KEY_FILE are both set; allowed: one of them."
        )
    return given or kept


def _hosts(reader: _Reader, url: str) -> list[str]:
    def parse(raw: str) -> list[str]:
        hosts = [_filled(host) for host in raw.split(",")]
        if not all(re.fullmatch(r"\*|\.?[\w.-]+|\[[0-9a-fA-F:.]+\]", host) for host in hosts):
            raise ValueError(raw)
        return hosts

    own = urlsplit(url).hostname or "127.0.0.1"
    default = list(dict.fromkeys([own, "127.0.0.1", "localhost", "[::1]"]))
    return reader.read(
        "LABELDESK_HOSTS", default, parse, "host names joined by commas, without scheme and port"
    )


def _fetch_private(reader: _Reader) -> list[IPv4Network | IPv6Network]:
    def parse(raw: str) -> list[IPv4Network | IPv6Network]:
        return [ip_network(_filled(each)) for each in raw.split(",")]

    return reader.read(
        "LABELDESK_FETCH_PRIVATE", [], parse, "networks joined by commas, such as 10.1.0.0/16"
    )


def _database(reader: _Reader, data: Path) -> dict[str, Any]:
    def parse(raw: str) -> dict[str, Any]:
        if urlsplit(raw).scheme not in DATABASE_SCHEMES:
            raise ValueError(raw)
        found = dict(reader.env.dj_db_url("DATABASE_URL", conn_max_age=0))
        if not found["NAME"]:
            raise ValueError(raw)
        return found

    default = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(data / "labeldesk.sqlite3")}
    return reader.read("DATABASE_URL", default, parse, _starts(DATABASE_SCHEMES) + " and a name")


def _cache(reader: _Reader) -> dict[str, Any]:
    def parse(raw: str) -> dict[str, Any]:
        if urlsplit(raw).scheme not in CACHE_SCHEMES:
            raise ValueError(raw)
        return dict(reader.env.dj_cache_url("CACHE_URL"))

    default = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return reader.read("CACHE_URL", default, parse, _starts(CACHE_SCHEMES))


def _email(reader: _Reader) -> dict[str, Any]:
    def parse(raw: str) -> dict[str, Any]:
        if urlsplit(raw).scheme not in EMAIL_SCHEMES:
            raise ValueError(raw)
        return dict(reader.env.dj_email_url("EMAIL_URL"))

    return reader.read("EMAIL_URL", {}, parse, _starts(EMAIL_SCHEMES))


def _storage(reader: _Reader) -> ObjectStorage | None:
    bucket = reader.text("LABELDESK_S3_BUCKET")
    endpoint = reader.read(
        "LABELDESK_S3_ENDPOINT", None, _origin, "http(s)://host[:port] of the store"
    )
    region = reader.text("LABELDESK_S3_REGION")
    access_key = reader.text("LABELDESK_S3_ACCESS_KEY")
    secret_key = reader.text("LABELDESK_S3_SECRET_KEY", secret=True)
    if (access_key is None) != (secret_key is None):
        reader.problems.append(
            "Only one of LABELDESK_S3_ACCESS_KEY and LABELDESK_S3_SECRET_KEY is set; "
            "allowed: both or neither."
        )
    if bucket is None:
        if endpoint or region or access_key:
            reader.problems.append(
                "LABELDESK_S3_BUCKET is not set, though other LABELDESK_S3_ variables are; "
                "allowed: the name of a bucket."
            )
        return None
    return ObjectStorage(bucket, endpoint, region, access_key, secret_key)
