"""Files in the making that survive a crash: what counts is what the committed cursor knows."""

from pathlib import Path
from typing import BinaryIO

from labeling.operations.kinds import Restart


def append_from(path: Path, size: int) -> BinaryIO:
    """Open a file for appending after its first `size` bytes.

    Bytes beyond are of a chunk that never committed, and are cut off.

    Arguments:
        size: bytes, as the committed cursor has it; 0 for the first chunk.

    Raises:
        Restart: bytes are missing, for the file was written on another machine.
    """
    try:
        file = path.open("r+b" if size else "w+b")
    except FileNotFoundError:
        raise Restart from None
    if file.seek(0, 2) < size:
        file.close()
        raise Restart
    file.truncate(size)
    file.seek(size)
    return file
