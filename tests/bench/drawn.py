"""What is drawn on the benchmarks' pictures: the same labels for us and for others."""

import hashlib
from typing import Any

WIDTH, HEIGHT = 1920, 1080
CORNERS = ((0, 0), (40, -9), (80, 0), (99, 44), (80, 90), (40, 99), (0, 90), (-9, 44))


def document(key: int, objects: int, classes: list[int], tag: int, moved: int = 0) -> Any:
    """Labels of one item as we keep them: boxes, every fifth object an outline; some tags."""
    return {
        "objects": [_object(key, number, classes, moved) for number in range(objects)],
        "tags": [{"tag": tag, "value": None}] if key % 3 == 0 else [],
    }


def _object(key: int, number: int, classes: list[int], moved: int) -> Any:
    x, y = (key * 37 + number * 211) % 1500 + moved + 0.25, (key * 53 + number * 97) % 800 + 0.5
    is_outline = number % 5 == 4
    return {
        "id": hashlib.blake2b(f"{key} {number}".encode(), digest_size=12).hexdigest(),
        "class": classes[number % len(classes)],
        "shape": "polygon" if is_outline else "rectangle",
        "points": [[x + 10 + a, y + 10 + b] for a, b in CORNERS]
        if is_outline
        else [[x, y], [x + 120.5, y + 80]],
        "tags": [],
        "source": "person",
    }
