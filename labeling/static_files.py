"""How our own assets are stored for serving: named by content and compressed."""

import hashlib
import os
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The highest, 11, takes ten times as long for a twelfth less: half a minute of the first start.
BROTLI_QUALITY = 9


class QuickCompressor(Compressor):  # type: ignore[misc]
    """Packs nearly as small, and the first start does not wait for it."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """The data packed with brotli."""
        packed: bytes = brotli.compress(data, quality=BROTLI_QUALITY)
        return packed


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also rewrites the imports inside ES modules, so that a module never loads a stale one."""

    support_js_module_import_aggregation = True
    # One pass for each module that stands on another; ours are up to eight deep.
    max_post_process_passes = 20
    # Only in our own modules: a package may ship one that imports what it does not ship.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )

    def create_compressor(self, **options: Any) -> Compressor:
        """What packs the collected files."""
        return QuickCompressor(**options)


def fingerprint() -> str:
    """What all static files look like before collecting: names, sizes, times of last change.

    Hashing and compressing takes seconds, reading this a few milliseconds.
    """
    seen = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            seen.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return seen.hexdigest()
