"""Files in the store: written whole or not at all, so that a file that is there can be trusted."""

import shutil
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage


class _Aside(File[Any]):
    """A finished file that a store on this disk moves into place in one step."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), path.name)
        self.path = path

    def temporary_file_path(self) -> str:
        """Where it lies now."""
        return str(self.path)


def keep(name: str, content: bytes, scratch: Path) -> str:
    """Store bytes under a name that was made from them; already there, it costs nothing.

    Arguments:
        scratch: a folder on the store's disk for the file in the making.

    Returns:
        The stored name; another one only if somebody stored the same in this very moment.
    """
    if default_storage.exists(name):
        if default_storage.size(name) == len(content):
            return name
        default_storage.delete(name)  # a disk that lost power may keep a name and lose the bytes
    aside = scratch / name.replace("/", "-")
    aside.write_bytes(content)
    with _Aside(aside) as file:
        stored = default_storage.save(name, file)
    aside.unlink(missing_ok=True)
    return stored


def local_copy(name: str, path: Path) -> Path:
    """A stored file as a path on this machine, for readers that jump about in it.

    Arguments:
        path: where a copy is put, once, when the store is elsewhere.
    """
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        pass
    if not path.exists():
        part = path.with_suffix(".part")
        with default_storage.open(name) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target)
        part.rename(path)
    return path


def remove_folder(name: str) -> None:
    """Take a folder of the store away with the files in it; missing is fine."""
    store: Any = default_storage
    try:
        _folders, files = store.listdir(name)
    except FileNotFoundError:
        return
    for file in files:
        store.delete(f"{name}/{file}")
    store.delete(name)  # stores on a disk have a folder to remove; for others it is no more
