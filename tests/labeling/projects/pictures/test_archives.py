"""ZIP archives: names, what is left out, and the attacks that they are known for."""

import random
import stat
import struct
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest

from labeling.projects.pictures import Refused, archives, entries_of, opened, read_entry
from tests.labeling.projects.conftest import drawn, packed

MOST = 10**9
PICTURE = drawn()


def listed(files: dict[str, bytes]) -> dict[str, str]:
    """What is in an archive of these files: names with the reasons why they do not go in."""
    with opened(BytesIO(packed(files))) as archive:
        return {entry.name: entry.refusal for entry in entries_of(archive, MOST)}


def test_nested_folders_stay_in_the_names_but_for_those_around_everything():
    files = {"bccd/images/cat/1.png": PICTURE, "bccd/images/dog/1.png": PICTURE}
    assert listed(files) == {"cat/1.png": "", "dog/1.png": ""}
    assert listed({"bccd/images/1.png": PICTURE}) == {"1.png": ""}
    assert listed({"1.png": PICTURE, "more/2.png": PICTURE}) == {"1.png": "", "more/2.png": ""}


def test_what_systems_put_beside_the_files_is_left_out():
    files = {
        "a/1.png": PICTURE,
        "__MACOSX/a/._1.png": b"x",
        "a/.DS_Store": b"x",
        ".hidden/2.png": PICTURE,
        "a/Thumbs.db": b"x",
    }
    assert listed(files) == {"1.png": ""}


@pytest.mark.parametrize(
    "path", ["../1.png", "a/../../1.png", "/etc/1.png", "C:/1.png", "..\\1.png"]
)
def test_a_path_that_leads_out_is_refused_and_moves_nothing_else(path):
    found = listed({"a/2.png": PICTURE, path: PICTURE})
    assert found.pop("2.png") == ""
    (refusal,) = found.values()
    assert "out of the archive" in refusal


def entry_of(info: ZipInfo, content: bytes = b"x") -> str:
    """Why an entry with these facts does not go in."""
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr(info, content)
    with opened(target) as archive:
        (entry,) = entries_of(archive, MOST)
    return entry.refusal


def test_links_and_devices_are_refused():
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO):
        info = ZipInfo("1.png")
        info.create_system = 3
        info.external_attr = (kind | 0o777) << 16
        assert "link" in entry_of(info, b"/etc/passwd")


def test_an_encrypted_entry_is_refused():
    raw = bytearray(packed({"1.png": PICTURE}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.index(signature) + offset
        raw[at : at + 2] = struct.pack("<H", 1)
    with opened(BytesIO(bytes(raw))) as archive:
        (entry,) = entries_of(archive, MOST)
        assert "encrypted" in entry.refusal
        with pytest.raises(Refused, match="encrypted"):
            read_entry(archive, entry)


def test_an_archive_inside_an_archive_is_not_opened_whatever_it_is_called():
    inner = packed({"1.png": PICTURE})
    with opened(BytesIO(packed({"inner.zip": inner, "photo.png": inner}))) as archive:
        by_name, by_content = entries_of(archive, MOST)
        assert "inside an archive" in by_name.refusal
        with pytest.raises(Refused, match="inside an archive"):
            read_entry(archive, by_content)


def test_an_entry_that_unpacks_to_far_more_than_it_is_packed_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "HARMLESS_BYTES", 10_000)
    files = {"bomb.bmp": bytes(1_000_000), "1.png": drawn(side=(64, 64)), "noise": noise()}
    found = listed(files)
    assert "far more" in found["bomb.bmp"]
    assert found["1.png"] == ""


def noise() -> bytes:
    """Bytes that do not shrink, so that the archive as a whole is no bomb."""
    return random.Random(1).randbytes(20_000)


def test_an_archive_that_unpacks_to_too_much_is_refused_as_a_whole(monkeypatch):
    with (
        opened(BytesIO(packed({"1.png": PICTURE}))) as archive,
        pytest.raises(Refused, match="too much"),
    ):
        entries_of(archive, len(PICTURE) - 1)
    monkeypatch.setattr(archives, "HARMLESS_BYTES", 10_000)
    with (
        opened(BytesIO(packed({"bomb": bytes(1_000_000)}))) as archive,
        pytest.raises(Refused, match="too much"),
    ):
        entries_of(archive, MOST)


def test_an_entry_that_lies_about_its_size_is_refused():
    raw = bytearray(packed({"1.png": bytes(range(256)) * 4}))
    at = raw.index(b"PK\x01\x02") + 24
    raw[at : at + 4] = struct.pack("<I", 10)
    with opened(BytesIO(bytes(raw))) as archive:
        (entry,) = entries_of(archive, MOST)
        with pytest.raises(Refused, match="damaged"):
            read_entry(archive, entry)


def test_too_many_entries_are_refused(monkeypatch):
    monkeypatch.setattr(archives, "MOST_ENTRIES", 3)
    with pytest.raises(Refused, match="at most 3"):
        opened(BytesIO(packed({f"{number}.png": b"x" for number in range(4)})))


def test_a_million_entries_are_refused_before_their_list_is_read(monkeypatch):
    def refuse(_file):
        raise AssertionError("the list was read")

    # What a large archive has at its end: the long record, where it lies, and the short one.
    long = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, *([10**6] * 2), 10**8, 0)
    place = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    short = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0, 0)
    monkeypatch.setattr(archives, "ZipFile", refuse)
    with pytest.raises(Refused, match="1000000 files"):
        opened(BytesIO(b"PK\x03\x04" + bytes(99) + long + place + short))
    plain = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 10**8, 0, 0)
    with pytest.raises(Refused, match="too long"):
        opened(BytesIO(b"PK\x03\x04" + bytes(99) + plain))


@pytest.mark.parametrize(
    "raw", [b"PK\x03\x04", b"PK\x03\x04" + bytes(100), packed({"1.png": PICTURE})[:-30]]
)
def test_a_broken_archive_is_refused(raw):
    with pytest.raises(Refused, match="broken"):
        opened(BytesIO(raw))


@pytest.mark.parametrize("files", [{}, {"__MACOSX/x": b"x"}])
def test_an_archive_without_files_is_refused(files):
    with opened(BytesIO(packed(files))) as archive, pytest.raises(Refused, match="no files"):
        entries_of(archive, MOST)


def test_a_damaged_entry_does_not_hold_the_others_back():
    target = BytesIO()
    with ZipFile(target, "w", ZIP_STORED) as archive:
        archive.writestr("1.png", b"AAAAAAAAAA")
        archive.writestr("2.png", b"BBBBBBBBBB", compress_type=ZIP_DEFLATED)
    raw = target.getvalue().replace(b"AAAAAAAAAA", b"AAAACAAAAA")
    with opened(BytesIO(raw)) as archive:
        first, second = entries_of(archive, MOST)
        with pytest.raises(Refused, match="damaged"):
            read_entry(archive, first)
        assert read_entry(archive, second) == b"BBBBBBBBBB"


def test_names_are_fit_for_a_page_and_a_column():
    (name,) = listed({"x" * 300 + ".png": PICTURE})
    assert len(name) == 255
    assert name.endswith(".png")
    (name,) = listed({"bad\nname\x07.png": PICTURE})
    assert name == "bad_name_.png"
