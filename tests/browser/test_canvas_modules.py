"""The canvas's own modules by themselves, in the browser that runs them."""

from typing import Any

import numpy as np
import pytest
from pycocotools import mask

HERE = "/static/js/label"


@pytest.fixture
def run(page_for):
    """Evaluates a function of one argument, in which `load(name)` imports a module of ours."""
    page = page_for(None, expected=("favicon.ico",))
    page.goto("/static/favicon.svg")

    def evaluate(body: str, argument: Any = None) -> Any:
        loader = f"const load = (name) => import(`{HERE}/${{name}}.js`);"
        return page.evaluate(f"async (given) => {{ {loader} {body} }}", argument)

    return evaluate


def shapes() -> dict[str, np.ndarray]:
    """Masks that take long, short, many and hardly any runs."""
    dice = np.random.default_rng(7)
    rows, columns = np.mgrid[0:300, 0:400]
    ring = (columns - 200) ** 2 + (rows - 150) ** 2
    return {
        "ring": (ring < 90**2) & (ring > 30**2),
        "noise": dice.random((60, 50)) < 0.5,
        "all": np.ones((40, 30), bool),
        "corner": (rows == 299) & (columns == 399),
        "column": (rows >= 0) & (columns == 7),
        "large": np.kron(np.eye(2), np.ones((1500, 1500))).astype(bool),
    }


@pytest.mark.parametrize("name", shapes())
def test_masks_decode_as_coco_wrote_them(run, name):
    pixels = shapes()[name]
    encoded: dict[str, Any] = mask.encode(np.asfortranarray(pixels.astype(np.uint8)))
    rle = {"size": list(pixels.shape), "counts": str(encoded["counts"], "ascii")}
    found = run(
        """const { decodeMask } = await load("rle");
        const { bounds, area, pixels } = decodeMask(given);
        return { bounds, area, pixels: Array.from(pixels, Number).join("") };""",
        rle,
    )
    rows, columns = np.nonzero(pixels)
    edges = {"left": columns.min(), "right": columns.max() + 1}
    assert found["bounds"] == {**edges, "top": rows.min(), "bottom": rows.max() + 1}
    assert found["area"] == pixels.sum()
    inside = pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    drawn = np.frombuffer(found["pixels"].encode(), np.uint8) - ord("0")
    assert (drawn == inside.ravel()).all()


@pytest.mark.parametrize("counts", ["P", "ZZZ!", "0", "52203"])
def test_masks_that_make_no_sense_are_not_drawn(run, counts):
    seen = run(
        """const { maskOf } = await load("objects");
        return maskOf({ shape: "bitmap", rle: { size: [10, 10], counts: given } });""",
        counts,
    )
    assert seen is None


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1.0, 2.50, -0.0, 1E5, 12345678901234567890], "b" :{ "c":"\\u00e9\\n\\"" } }',
        '{"__proto__": {"x": 1}, "": [], "n": null, "t": true, "f": false}',
        "[[], {}, [[[0.1]]]]",
    ],
)
def test_text_that_nobody_touched_is_written_as_it_was_read(run, text):
    body = """const { parse, stringify } = await load("lossless");
    const value = parse(given);
    const usual = JSON.stringify(JSON.parse(given));
    return { text: stringify(value), same: JSON.stringify(value) === usual };"""
    assert run(body, text) == {"text": text, "same": True}


def test_an_edit_rewrites_only_what_it_touched(run):
    body = """const { parse, stringify } = await load("lossless");
    const value = parse(given);
    return stringify({ ...value, objects: [...value.objects, { id: "x", points: [[1, 2]] }] });"""
    text = '{"objects":[{"id":"a","points":[[48.0, 60.50]]}],"tags":[ ]}'
    assert run(body, text) == (
        '{"objects":[{"id":"a","points":[[48.0, 60.50]]},{"id":"x","points":[[1,2]]}],"tags":[ ]}'
    )


@pytest.mark.parametrize("text", ["", "{", '{"a":1,}', "[1 2]", "01", "nul", '"a', "[1]]"])
def test_what_is_not_json_is_refused(run, text):
    body = """const { parse } = await load("lossless");
    try { parse(given); return "read"; } catch (error) { return error.name; }"""
    assert run(body, text) == "SyntaxError"


def test_the_union_of_two_versions_holds_every_object_of_both(run):
    def square(name: str, x: int) -> dict[str, Any]:
        points = [[x, 0], [x + 5, 5]]
        return {"id": name, "class": 1, "shape": "rectangle", "points": points, "tags": []}

    base = {"objects": [square(n, 0) for n in ("kept", "mine", "theirs", "both", "gone")]}
    mine = {
        "objects": [square("kept", 0), square("mine", 1), square("theirs", 0), square("both", 2)]
    }
    theirs = {"objects": [*(square(n, 0) for n in ("kept", "mine", "gone")), square("both", 4)]}
    theirs["objects"].insert(2, square("theirs", 3))
    mine["objects"].append(square("added", 9))
    mine["tags"], theirs["tags"], base["tags"] = (
        [{"tag": 1, "value": "a"}],
        [{"tag": 2, "value": 1}],
        [],
    )
    body = """const { union } = await load("merging");
    return union(given.base, given.mine, given.theirs);"""
    merged = run(body, {"base": base, "mine": mine, "theirs": theirs})
    places = sorted(
        (each["id"] if len(each["id"]) < 32 else "copy", each["points"][0][0])
        for each in merged["objects"]
    )
    assert places == [
        ("added", 9),
        ("both", 4),
        ("copy", 2),
        ("gone", 0),
        ("kept", 0),
        ("mine", 1),
        ("theirs", 3),
    ]
    assert sorted(each["tag"] for each in merged["tags"]) == [1, 2]


@pytest.mark.parametrize(
    ("event", "meant"),
    [
        ({"key": "r", "code": "KeyR"}, "r"),
        ({"key": "R", "code": "KeyR", "shiftKey": True}, "shift+r"),
        ({"key": "к", "code": "KeyR"}, "r"),
        ({"key": "я", "code": "KeyZ", "ctrlKey": True}, "ctrl+z"),
        ({"key": "Z", "code": "KeyZ", "metaKey": True, "shiftKey": True}, "ctrl+shift+z"),
        ({"key": "&", "code": "Digit1"}, "1"),
        ({"key": "1", "code": "Digit1", "shiftKey": True}, "1"),
        ({"key": "!", "code": "Digit1", "shiftKey": True}, "shift+1"),
        ({"key": "?", "code": "Slash", "shiftKey": True}, "?"),
        ({"key": "+", "code": "Equal", "shiftKey": True}, "+"),
        ({"key": "ArrowLeft", "code": "ArrowLeft", "shiftKey": True}, "shift+arrowleft"),
        ({"key": " ", "code": "Space"}, "space"),
    ],
)
def test_keys_mean_the_same_on_every_keyboard(run, event, meant):
    body = """const { combination } = await load("keys");
    return combination(new KeyboardEvent("keydown", given));"""
    assert run(body, event) == meant


def test_a_viewport_maps_there_and_back(run):
    body = """const { Viewport } = await load("viewport");
    const view = new Viewport();
    view.resize(900, 700);
    view.show(4000, 3000);
    const worst = [];
    for (const factor of [1, 3, 0.2, 40, 0.01, 500]) {
        view.zoom(factor, [123, 456]);
        view.pan(17.5, -9.25);
        const [x, y] = view.toImage(view.toScreen([1234.5, 678.25]));
        worst.push(Math.abs(x - 1234.5), Math.abs(y - 678.25));
    }
    return Math.max(...worst);"""
    assert run(body) < 1e-9


def test_zooming_holds_the_point_under_the_pointer(run):
    body = """const { Viewport } = await load("viewport");
    const view = new Viewport();
    view.resize(900, 700);
    view.show(640, 480);
    const before = view.toImage([300, 200]);
    view.zoom(2.7, [300, 200]);
    const after = view.toImage([300, 200]);
    return Math.hypot(after[0] - before[0], after[1] - before[1]);"""
    assert run(body) < 1e-9
