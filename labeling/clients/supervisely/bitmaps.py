"""Masks as Supervisely sends them: a PNG, deflated, in base64, with the corner it begins at."""

import base64
import binascii
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from PIL import Image

from labeling.clients.supervisely.unfit import Unfit
from labeling.projects.documents import Rle, rle
from labeling.projects.documents.rle import Mask

# A PNG of a mask is far smaller than its pixels; what inflates beyond this is no mask.
MOST_BYTES = 64 * 1024 * 1024
PALETTE = (0, 0, 0, 255, 255, 255)


def packed(mask: Rle) -> dict[str, Any]:
    """The mask cut to its box, with the box's corner [x, y] in the image."""
    left, top, width, height = (int(each) for each in rle.bounding_box(mask))
    inside = rle.to_mask(mask)[top : top + height, left : left + width]
    picture = Image.fromarray(np.ascontiguousarray(inside, dtype=np.uint8))
    picture.putpalette(PALETTE)
    target = BytesIO()
    # Index 0 is transparent: the SDK takes what is opaque for the object.
    picture.save(target, format="PNG", transparency=0, optimize=0)
    data = base64.b64encode(zlib.compress(target.getvalue())).decode()
    return {"origin": [left, top], "data": data}


def unpacked(given: Any, size: tuple[int, int]) -> Rle:
    """The mask of an image of `size` (width, height, pixels).

    Raises:
        Unfit: it is no such bitmap, or does not lie in the image.
    """
    if not isinstance(given, dict) or not isinstance(given.get("data"), str):
        raise Unfit(_("A bitmap has an origin and data."))
    left, top = _origin(given.get("origin"))
    inside = _mask(given["data"], size)
    height, width = inside.shape
    image_width, image_height = size
    if left + width > image_width or top + height > image_height:
        told = _(
            "The bitmap of %(width)d x %(height)d pixels at %(left)d, %(top)d reaches out of the "
            "image of %(image_width)d x %(image_height)d."
        )
        facts = {"width": width, "height": height, "left": left, "top": top}
        raise Unfit(told % {**facts, "image_width": image_width, "image_height": image_height})
    canvas = np.zeros((image_height, image_width), dtype=np.uint8)
    canvas[top : top + height, left : left + width] = inside
    return rle.from_mask(canvas)


def _origin(origin: Any) -> tuple[int, int]:
    is_pair = isinstance(origin, list) and len(origin) == 2
    if not is_pair or not all(type(each) in (int, float) and each >= 0 for each in origin):
        raise Unfit(_("The origin of a bitmap is [x, y], numbers from 0."))
    if any(each != each // 1 or each > 2**31 for each in origin):
        raise Unfit(_("The origin of a bitmap is a whole pixel of the image."))
    return int(origin[0]), int(origin[1])


def _mask(data: str, size: tuple[int, int]) -> Mask:
    """The mask in the data; larger ones than the image are not even decoded."""
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Unfit(_("The data of a bitmap is base64.")) from None
    try:
        with Image.open(BytesIO(_inflated(raw)), formats=["PNG"]) as picture:
            if picture.width > size[0] or picture.height > size[1]:
                told = _("The bitmap of %(width)d x %(height)d pixels is larger than the image.")
                raise Unfit(told % {"width": picture.width, "height": picture.height})
            return _opaque(picture)
    except Unfit:
        raise
    except Exception:
        # Decoders fail in every way that Python knows when bytes are broken on purpose.
        raise Unfit(_("The data of a bitmap is a PNG, deflated by zlib; this is none.")) from None


def _inflated(raw: bytes) -> bytes:
    if raw.startswith(b"\x89PNG"):
        return raw  # as old versions of the SDK wrote it
    inflating = zlib.decompressobj()
    content = inflating.decompress(raw, MOST_BYTES)
    if not inflating.eof:
        raise Unfit(_("The data of a bitmap is cut off, or far too large."))
    return content


def _opaque(picture: Image.Image) -> Mask:
    """Pixels of the object: those that can be seen, or without transparency those that shine."""
    if picture.has_transparency_data:
        pixels = np.asarray(picture.convert("RGBA"))[:, :, 3]
    else:
        pixels = np.asarray(picture.convert("RGB") if picture.mode == "P" else picture)
    seen = pixels > 0
    return np.asarray(seen if seen.ndim == 2 else np.any(seen, axis=-1), dtype=np.uint8)
