"""Pictures as people's machines make them: every orientation, mode and defect."""

import hashlib
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from labeling.projects.pictures import Refused, decode
from tests.labeling.projects.conftest import drawn

PIXELS = 1_000_000
RED, BLUE, GREEN, WHITE = (255, 0, 0), (0, 0, 255), (0, 128, 0), (255, 255, 255)
SIDE = (64, 40)
TURN = Image.Transpose
# What a camera that was held so writes down, to be turned by its orientation.
AS_HELD = {
    1: None,
    2: TURN.FLIP_LEFT_RIGHT,
    3: TURN.ROTATE_180,
    4: TURN.FLIP_TOP_BOTTOM,
    5: TURN.TRANSPOSE,
    6: TURN.ROTATE_90,
    7: TURN.TRANSVERSE,
    8: TURN.ROTATE_270,
}


def flag() -> Image.Image:
    """Red at the top left, blue at the top right, green at the bottom left, else white."""
    image = Image.new("RGB", SIDE, WHITE)
    image.paste(RED, (0, 0, 16, 16))
    image.paste(BLUE, (48, 0, 64, 16))
    image.paste(GREEN, (0, 24, 16, 40))
    return image


def corners(content: bytes) -> list[tuple[int, ...]]:
    """The colours near the four corners, as the nearest of the flag's."""
    image = Image.open(BytesIO(content)).convert("RGB")
    width, height = image.size
    places = ((4, 4), (width - 5, 4), (4, height - 5), (width - 5, height - 5))
    return [nearest(image.getpixel(place)) for place in places]


def nearest(color) -> tuple[int, ...]:
    """The colour of the flag that this one is closest to."""
    return min(
        (RED, BLUE, GREEN, WHITE),
        key=lambda known: sum((a - b) ** 2 for a, b in zip(known, color, strict=True)),
    )


def held(kind: str, orientation: int) -> bytes:
    """The flag as a camera in that position stores it."""
    turn = AS_HELD[orientation]
    image = flag() if turn is None else flag().transpose(turn)
    target = BytesIO()
    if kind == "TIFF":
        image.save(target, kind, tiffinfo={0x0112: orientation})
    else:
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.save(target, kind, exif=exif, quality=95)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", AS_HELD)
def test_a_picture_is_stored_upright_whichever_way_the_camera_was_held(kind, orientation):
    picture = decode(held(kind, orientation), PIXELS)
    assert (picture.width, picture.height) == SIDE
    assert corners(picture.content) == [RED, BLUE, GREEN, WHITE]
    assert corners(picture.thumbnail) == [RED, BLUE, GREEN, WHITE]
    kept = Image.open(BytesIO(picture.content))
    assert kept.size == SIDE
    assert kept.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
    ],
)
def test_an_upright_picture_keeps_its_bytes(kind, media_type):
    raw = drawn(kind)
    picture = decode(raw, PIXELS)
    assert picture.content == raw
    assert picture.media_type == media_type
    assert picture.content_hash == hashlib.sha256(raw).hexdigest()
    assert picture.remark == ""


def test_a_tiff_is_kept_as_a_png_with_the_same_pixels():
    picture = decode(drawn("TIFF", color=(10, 20, 30)), PIXELS)
    assert picture.media_type == "image/png"
    assert Image.open(BytesIO(picture.content)).getpixel((3, 3)) == (10, 20, 30)
    assert "PNG" in picture.remark


def test_of_a_tiff_with_pages_the_first_is_taken_and_that_is_said():
    pages = [Image.new("RGB", SIDE, color) for color in ("red", "blue")]
    target = BytesIO()
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:])
    picture = decode(target.getvalue(), PIXELS)
    assert Image.open(BytesIO(picture.content)).getpixel((0, 0)) == RED
    assert "first page" in picture.remark


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F", "LAB"])
def test_a_tiff_of_any_mode_gets_a_png_and_a_thumbnail(mode):
    if mode in {"I;16", "I", "F"}:
        image = flag().convert("L").convert(mode)
    elif mode == "LAB":
        image = Image.new("LAB", SIDE)
    else:
        image = flag().convert(mode)
    target = BytesIO()
    image.save(target, "TIFF")
    picture = decode(target.getvalue(), PIXELS)
    assert Image.open(BytesIO(picture.content)).size == SIDE
    assert Image.open(BytesIO(picture.thumbnail)).format == "WEBP"


def test_the_whole_range_of_deep_pixels_is_shown():
    image = Image.new("F", (2, 1))
    image.putpixel((0, 0), -3.5)
    image.putpixel((1, 0), 900.25)
    target = BytesIO()
    image.save(target, "TIFF")
    shown = Image.open(BytesIO(decode(target.getvalue(), PIXELS).content))
    assert [shown.getpixel((x, 0)) for x in range(2)] == [0, 255]


def test_transparency_and_cmyk_survive():
    target = BytesIO()
    Image.new("RGBA", SIDE, (10, 20, 30, 40)).save(target, "PNG")
    decode(target.getvalue(), PIXELS)
    target = BytesIO()
    Image.new("CMYK", SIDE, (0, 200, 200, 0)).save(target, "JPEG")
    assert decode(target.getvalue(), PIXELS).media_type == "image/jpeg"


def test_a_thumbnail_fits_320_pixels_and_does_not_enlarge():
    wide = Image.open(BytesIO(decode(drawn(side=(900, 300)), PIXELS).thumbnail))
    assert wide.size == (320, 107)
    small = Image.open(BytesIO(decode(drawn(side=(20, 10)), PIXELS).thumbnail))
    assert small.size == (20, 10)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_picture_that_is_cut_off_is_refused(kind, share):
    noise = Image.effect_noise((200, 150), 80).convert("RGB")
    target = BytesIO()
    noise.save(target, kind)
    raw = target.getvalue()
    with pytest.raises(Refused, match=r"cut off|cannot be decoded|Not a"):
        decode(raw[: int(len(raw) * share)], PIXELS)


@pytest.mark.parametrize(
    "raw",
    [
        b"hello, I am a text",
        b"%PDF-1.7\n1 0 obj",
        b"GIF89a" + bytes(50),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\xff\xd8\xff" + bytes(100),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"BM" + bytes(100),
        b"II*\0" + bytes(100),
        b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(30),
    ],
)
def test_what_is_no_picture_of_the_five_kinds_is_refused(raw):
    with pytest.raises(Refused):
        decode(raw, PIXELS)


def test_an_empty_file_is_refused_as_empty():
    with pytest.raises(Refused, match="empty"):
        decode(b"", PIXELS)


def claimed(width: int, height: int) -> bytes:
    """A tiny PNG whose header claims that size: the bytes of a decompression bomb."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [(2000, 1000), (20_000, 20_000), (2_000_000, 2_000_000)])
def test_too_many_pixels_are_refused_before_any_is_made(side, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(Refused, match="pixels"):
        decode(claimed(*side), PIXELS)


def test_as_many_pixels_as_allowed_go_in():
    assert decode(drawn(side=(1000, 1000)), PIXELS).width == 1000
    with pytest.raises(Refused, match="1 megapixels"):
        decode(drawn(side=(1001, 1000)), PIXELS)
