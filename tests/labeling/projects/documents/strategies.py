"""Label documents as hypothesis draws them: every shape, awkward coordinates, all that is valid."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from labeling.projects.documents import Document, LabelObject, Rules, Tag, TagRule, geometry, rle

WIDTH, HEIGHT = 64, 48

few = settings(max_examples=12)
"""For whole documents: each holds many shapes, so a few of them say as much as many shapes do."""

ANY_CLASS, BOX_CLASS = 1, 2
PLAIN_TAG, TEXT_TAG, NUMBER_TAG, CHOICE_TAG = 1, 2, 3, 4

RULES = Rules(
    width=WIDTH,
    height=HEIGHT,
    classes={ANY_CLASS: "any", BOX_CLASS: "rectangle"},
    tags={
        PLAIN_TAG: TagRule("none"),
        TEXT_TAG: TagRule("string"),
        NUMBER_TAG: TagRule("number"),
        CHOICE_TAG: TagRule("choice", ("small", "medium", "large")),
    },
)


def coordinates(bound: int) -> st.SearchStrategy[int | float]:
    """Whole pixels, and any float that lies in the image."""
    return st.integers(0, bound) | st.floats(0, bound, allow_nan=False, allow_subnormal=False)


points = st.tuples(coordinates(WIDTH), coordinates(HEIGHT)).map(list)


@st.composite
def rectangles(draw) -> list[list[int | float]]:
    xs = sorted(draw(st.lists(coordinates(WIDTH), min_size=2, max_size=2)))
    ys = sorted(draw(st.lists(coordinates(HEIGHT), min_size=2, max_size=2)))
    if xs[1] - xs[0] < 1e-3:
        xs = [0, WIDTH]
    if ys[1] - ys[0] < 1e-3:
        ys = [0, HEIGHT]
    return [[xs[0], ys[0]], [xs[1], ys[1]]]


rings = st.lists(points, min_size=3, max_size=8).filter(lambda ring: geometry.spread(ring) > 1e-3)
lines = st.lists(points, min_size=2, max_size=6).filter(
    lambda line: any(point != line[0] for point in line)
)


@st.composite
def masks(draw) -> np.ndarray:
    """Blocks and noise, never empty."""
    seed = draw(st.integers(0, 2**32 - 1))
    density = draw(st.floats(0.01, 0.99))
    noise = np.random.default_rng(seed).random((HEIGHT, WIDTH))
    mask: np.ndarray = (noise < density).astype(np.uint8)
    mask[draw(st.integers(0, HEIGHT - 1)), draw(st.integers(0, WIDTH - 1))] = 1
    return mask


words = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"]),
    min_size=1,
    max_size=12,
)


@st.composite
def tag_lists(draw) -> list[Tag]:
    chosen = draw(st.lists(st.integers(1, 4), unique=True, max_size=4))
    values = {
        PLAIN_TAG: st.none(),
        TEXT_TAG: words,
        NUMBER_TAG: st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False),
        CHOICE_TAG: st.sampled_from(("small", "medium", "large")),
    }
    return [Tag(tag=number, value=draw(values[number])) for number in chosen]


@st.composite
def objects(draw, identity: str, shapes: tuple[str, ...]) -> LabelObject:
    shape = draw(st.sampled_from(shapes))
    read: LabelObject = {
        "id": identity,
        "class": draw(st.sampled_from((ANY_CLASS, BOX_CLASS)))
        if shape == "rectangle"
        else ANY_CLASS,
        "shape": shape,
        "points": [],
        "tags": draw(tag_lists()),
        "source": draw(st.sampled_from(("person", "import"))),
    }
    if shape == "rectangle":
        read["points"] = draw(rectangles())
    elif shape == "polygon":
        read["points"] = draw(rings)
        holes = draw(st.lists(rings, max_size=1))
        if holes:
            read["holes"] = holes
    elif shape == "polyline":
        read["points"] = draw(lines)
    elif shape == "point":
        read["points"] = [draw(points)]
    elif shape == "bitmap":
        read["rle"] = rle.from_mask(draw(masks()))
    else:
        frames = draw(st.lists(st.integers(0, 1000), min_size=1, max_size=3, unique=True))
        read["keyframes"] = [
            {
                "frame": frame,
                "shape": "rectangle",
                "points": draw(rectangles()),
                "outside": draw(st.booleans()),
            }
            for frame in sorted(frames)
        ]
    return read


ALL_SHAPES = ("rectangle", "polygon", "polyline", "point", "bitmap", "track")


@st.composite
def documents(draw, shapes: tuple[str, ...] = ALL_SHAPES) -> Document:
    """A valid document under RULES, in canonical form."""
    ids = draw(st.lists(words, unique=True, max_size=5))
    return Document(
        objects=[draw(objects(identity, shapes)) for identity in ids], tags=draw(tag_lists())
    )
