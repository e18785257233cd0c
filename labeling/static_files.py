"""How our own assets are stored for serving: named by content and compressed."""

import hashlib
import os

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports inside ES modules, so that a module never loads a stale one."""

    support_js_module_import_aggregation = True
    # Only in our own modules: a package may ship one that imports what it does not ship.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )


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
