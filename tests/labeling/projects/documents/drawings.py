"""Raw objects, and what is said about them."""

import pytest

from labeling.projects.documents import DocumentError, parse
from tests.labeling.projects.documents.strategies import RULES


def box(identity="a", kind=1, points=((1, 2), (30, 40)), **more):
    return {
        "id": identity,
        "class": kind,
        "shape": "rectangle",
        "points": [list(point) for point in points],
        **more,
    }


def shape(name, points, **more):
    return {"id": "a", "class": 1, "shape": name, "points": points, **more}


def problems(raw, rules=RULES, stored=None):
    with pytest.raises(DocumentError) as refusal:
        parse(raw, rules, stored)
    return [(each.path, each.message) for each in refusal.value.problems]


def paths(raw, rules=RULES, stored=None):
    return [path for path, _message in problems(raw, rules, stored)]
