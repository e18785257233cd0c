"""One picture: decoded in full, turned upright, and kept in a form that browsers can show.

The whole picture is decoded before it is accepted, so that a truncated file is refused now instead
of failing on an annotator's screen. Its size is judged from the header, before any pixel is made.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, JpegImagePlugin, UnidentifiedImageError

from labeling.projects.pictures.types import (
    MEDIA_TYPES,
    READABLE,
    THUMBNAIL_SIZE,
    THUMBNAIL_TYPE,
    Refused,
)

ORIENTATION = 0x0112
UPRIGHT = 1
# PNG holds these as they are; other ways to store a pixel are converted first.
PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})
DEEP_MODES = frozenset({"I", "F"})


@dataclass(frozen=True)
class Picture:
    """A picture that goes in.

    Attributes:
        content_hash: SHA-256 of the bytes as they were sent, hexadecimal.
        width, height: pixels of the upright picture.
        media_type: of `content`.
        content: what is kept and served; the bytes as sent wherever a browser shows them upright.
        thumbnail: a small WebP.
        remark: what was changed about it, for the person who sent it; may be empty.
    """

    content_hash: str
    width: int
    height: int
    media_type: str
    content: bytes
    thumbnail: bytes
    remark: str


def decode(raw: bytes, most_pixels: int) -> Picture:
    """Judge and decode the bytes of one file.

    Arguments:
        most_pixels: width x height above which it is refused.

    Raises:
        Refused: it is no picture of a known kind, is broken, or is too large.
    """
    image = _opened(raw)
    width, height = image.size
    if width * height > most_pixels:
        raise Refused(
            _("%(width)d x %(height)d pixels; at most %(most)s megapixels are taken.")
            % {"width": width, "height": height, "most": f"{most_pixels / 1e6:g}"}
        )
    try:
        return _decoded(image, raw)
    except MemoryError:
        raise Refused(_("The server has not enough memory to decode it.")) from None
    except Exception as error:
        # Decoders fail in every way that Python knows when bytes are broken on purpose.
        raise Refused(_broken(error)) from error


def _opened(raw: bytes) -> Image.Image:
    if not raw:
        raise Refused(_("The file is empty."))
    try:
        return Image.open(BytesIO(raw), formats=READABLE)
    except UnidentifiedImageError:
        raise Refused(_("Not a JPEG, PNG, WebP, BMP or TIFF picture.")) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(_("It would unpack to far more pixels than are taken.")) from None
    except MemoryError:
        raise Refused(_("The server has not enough memory to decode it.")) from None
    except Exception as error:
        raise Refused(_broken(error)) from error


def _broken(error: Exception) -> str:
    if "truncated" in str(error).lower():
        return _("It is cut off: the end of the file is missing.")
    return _("It cannot be decoded; the file is broken.")


def _decoded(image: Image.Image, raw: bytes) -> Picture:
    has_more = _has_more_pages(image)
    image.load()
    upright, is_turned = _upright(image)
    remark = ""
    if image.format == "TIFF":
        content, media_type = _as_png(upright), "image/png"
        remark = _("stored as PNG, which browsers show")
        if has_more:
            remark = _("only the first page, stored as PNG, which browsers show")
    elif is_turned:
        media_type = MEDIA_TYPES[image.format or ""]
        content = _encoded(upright, image)
        remark = _("turned upright as its EXIF data says")
    else:
        content, media_type = raw, MEDIA_TYPES[image.format or ""]
    return Picture(
        content_hash=hashlib.sha256(raw).hexdigest(),
        width=upright.width,
        height=upright.height,
        media_type=media_type,
        content=content,
        thumbnail=_thumbnail(upright),
        remark=remark,
    )


def _has_more_pages(image: Image.Image) -> bool:
    """Whether a TIFF has more than one page; asked of the second page only, not of all."""
    if image.format != "TIFF":
        return False
    try:
        image.seek(1)
    except EOFError:
        return False
    image.seek(0)
    return True


def _upright(image: Image.Image) -> tuple[Image.Image, bool]:
    """The picture as a person would hold it, and whether that changed its pixels."""
    if image.format == "TIFF" or image.getexif().get(ORIENTATION, UPRIGHT) in range(2, 9):
        # Pillow turns a TIFF by itself when it loads it, and then says that it is upright.
        turned = ImageOps.exif_transpose(image)
        return turned, turned is not image
    return image, False


def _encoded(upright: Image.Image, original: Image.Image) -> bytes:
    """The turned pixels in the format they came in, with as little loss as it allows.

    The orientation and the rest of the camera's notes are left out; colours keep their profile.
    """
    options: dict[str, Any] = {}
    profile = original.info.get("icc_profile")
    if profile:
        options["icc_profile"] = profile
    if original.format in ("JPEG", "MPO"):
        options |= {"format": "JPEG", "quality": 95, "subsampling": _subsampling(original)}
    elif original.format == "WEBP":
        options |= {"format": "WEBP", "lossless": True}
    else:
        options |= {"format": original.format}
    _without_notes(upright)
    target = BytesIO()
    upright.save(target, **options)
    return target.getvalue()


def _subsampling(original: Image.Image) -> int:
    """Colour as coarse as it was where turning keeps that, else in full."""
    square = 2
    known = JpegImagePlugin.get_sampling(original)
    return square if known == square else 0


def _without_notes(image: Image.Image) -> None:
    """Formats write what they find in `info`; an orientation there would turn it once more."""
    for name in ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif", "comment"):
        image.info.pop(name, None)


def _as_png(image: Image.Image) -> bytes:
    """The pixels as a PNG: as they are where PNG has such pixels, else the nearest that it has."""
    options: dict[str, Any] = {}
    if image.mode in PNG_MODES:
        if image.info.get("icc_profile"):
            options["icc_profile"] = image.info["icc_profile"]
        fit = image
    else:
        fit = _plain(image)
    _without_notes(fit)
    target = BytesIO()
    fit.save(target, format="PNG", **options)
    return target.getvalue()


def _plain(image: Image.Image) -> Image.Image:
    """8 bits a channel, whatever it was."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in DEEP_MODES:
        return _stretched(image)
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _stretched(image: Image.Image) -> Image.Image:
    """Its darkest to its brightest value as black to white: 32 bits have no usual range."""
    low, high = image.convert("F").getextrema()
    span = (high - low) or 1.0  # type: ignore[operator]
    scaled = image.convert("F").point(lambda value: value * (255.0 / span) + (-low * 255.0 / span))  # type: ignore[operator]
    return scaled.convert("L")


def _thumbnail(image: Image.Image) -> bytes:
    # A copy: thumbnail() changes its image. Reducing first makes large pictures quick.
    small = _plain(image) if image.mode in DEEP_MODES else image.copy()
    if small.mode not in ("L", "RGB", "RGBA"):
        small = _plain(small)
    small.thumbnail(THUMBNAIL_SIZE, Image.Resampling.LANCZOS, reducing_gap=2.0)
    _without_notes(small)
    target = BytesIO()
    small.save(target, format=THUMBNAIL_TYPE.partition("/")[2].upper(), quality=80, method=3)
    return target.getvalue()
