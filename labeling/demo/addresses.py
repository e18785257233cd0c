"""Where this desk is served, for commands that print an address to open."""

import os
from pathlib import Path

from django.conf import settings


def address_path() -> Path:
    """Where `up` writes down its address."""
    data: Path = settings.LABELDESK_DATA
    return data / "address"


def remember_address(url: str) -> None:
    """Write down where this desk is served from now on."""
    address_path().write_text(url, encoding="ascii")


def desk_address() -> str:
    """The address that people use.

    LABELDESK_URL says it where a proxy stands in front; otherwise it is where `up` served last.
    """
    if "LABELDESK_URL" in os.environ or not address_path().exists():
        return str(settings.LABELDESK_URL)
    return address_path().read_text(encoding="ascii")
