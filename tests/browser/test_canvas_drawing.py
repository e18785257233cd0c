"""Drawing in Chromium: what lands in the document is what the pointer showed on the screen."""

import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect
from pycocotools import mask

from tests.browser.canvas import Canvas, box, store, stored
from tests.browser.conftest import PHONE
from tests.browser.fruit import HEIGHT, WIDTH, Fruit, fruit_job


@pytest.fixture
def fruit(team, manager, annotator) -> Fruit:
    """Ana's job of three pictures."""
    return fruit_job(team, manager, annotator)


@pytest.fixture
def canvas(page_for, fruit, annotator) -> Canvas:
    """Ana's labeling page, the first picture open."""
    return Canvas(page_for(annotator), fruit.job).open(fruit.items[0])


def points_of(fruit: Fruit, number: int = -1) -> Any:
    """The points of one of the first picture's objects, the last one drawn unless told."""
    return stored(fruit.items[0])["objects"][number]["points"]


ZOOMS = [(0, (0, 0)), (3, (37, -21)), (7, (-120, 80)), (-5, (13, 9)), (12, (0, 0))]


def test_a_box_is_exact_at_every_zoom_and_offset(canvas, fruit):
    for number, (steps, (right, down)) in enumerate(ZOOMS):
        canvas.press("Escape", "Escape", "Escape", "0")
        middle = canvas.screen(WIDTH / 2, HEIGHT / 2)
        canvas.page.mouse.move(middle[0] + 50, middle[1] - 30)
        for _step in range(abs(steps)):
            canvas.page.mouse.wheel(0, -120 if steps > 0 else 120)
        canvas.page.keyboard.down("Space")
        canvas.drag_screen(middle, (middle[0] + right, middle[1] + down))
        canvas.page.keyboard.up("Space")
        where = canvas.where
        start = (round(middle[0]) - 33, round(middle[1]) - 27)
        end = (round(middle[0]) + 41, round(middle[1]) + 29)
        canvas.press("Shift+R")
        canvas.drag_screen(start, end)
        canvas.saved()
        assert len(stored(fruit.items[0])["objects"]) == number + 1
        half_a_screen_pixel = 0.5 / where["scale"]
        for point, screen in zip(points_of(fruit), (start, end), strict=True):
            for value, position, offset in zip(
                point, screen, (where["x"], where["y"]), strict=True
            ):
                meant = (position - offset) / where["scale"]
                assert abs(value - meant) <= min(half_a_screen_pixel, 0.001)


def test_a_box_drawn_from_pixel_to_pixel_has_whole_coordinates(canvas, fruit):
    for key in ("z", "0"):
        canvas.press("Escape", "Escape", key, "Shift+R")
        canvas.drag((101, 52), (231, 149))
        canvas.saved()
        assert points_of(fruit) == [[101, 52], [231, 149]]


def test_a_polygon_is_closed_by_enter_double_click_or_its_first_point(canvas, fruit):
    canvas.press("p")
    canvas.polygon((100, 100), (160, 110), (150, 190), (20, 20))
    canvas.press("Backspace", "Enter")
    canvas.polygon((200, 100), (260, 110), (250, 190))
    canvas.page.mouse.dblclick(*canvas.screen(210, 180))
    canvas.polygon((300, 100), (360, 110), (350, 190), (300, 100))
    canvas.saved()
    drawn = [each["points"] for each in stored(fruit.items[0])["objects"]]
    assert drawn == [
        [[100, 100], [160, 110], [150, 190]],
        [[200, 100], [260, 110], [250, 190], [210, 180]],
        [[300, 100], [360, 110], [350, 190]],
    ]


def test_vertices_are_dragged_inserted_and_deleted(canvas, fruit):
    canvas.press("p")
    canvas.polygon((100, 100), (200, 100), (200, 200), (100, 100))
    canvas.press("v")
    canvas.drag((200, 100), (240, 90))
    canvas.drag((220, 145), (300, 150))
    canvas.saved()
    assert points_of(fruit) == [[100, 100], [240, 90], [300, 150], [200, 200]]
    canvas.press("Delete")
    canvas.saved()
    assert points_of(fruit) == [[100, 100], [240, 90], [200, 200]]


def test_boxes_are_resized_moved_duplicated_and_never_leave_the_picture(canvas, fruit):
    canvas.press("Shift+R")
    canvas.drag((100, 100), (200, 180))
    canvas.press("v")
    canvas.drag((200, 180), (700, 300))
    canvas.saved()
    assert points_of(fruit) == [[100, 100], [640, 300]]
    canvas.drag((100, 200), (340, 200))
    canvas.drag((500, 150), (100, 400))
    canvas.saved()
    assert points_of(fruit) == [[0, 280], [300, 480]]
    canvas.press("ArrowRight", "Shift+ArrowUp", "Control+d")
    canvas.saved()
    assert points_of(fruit, 0) == [[1, 270], [301, 470]]
    assert points_of(fruit, 1) == [[13, 258], [313, 458]]


def test_undo_goes_all_the_way_back_and_redo_all_the_way_forth(canvas, fruit):
    canvas.press("Shift+R")
    for number in range(4):
        canvas.drag((10 + 100 * number, 10), (80 + 100 * number, 90))
    canvas.press("ArrowRight", "ArrowRight", "ArrowRight")
    canvas.saved()
    done = stored(fruit.items[0])
    canvas.press(*["Control+z"] * 5)
    canvas.saved()
    assert stored(fruit.items[0])["objects"] == []
    canvas.press(*["Control+Shift+z"] * 5)
    canvas.saved()
    assert stored(fruit.items[0]) == done


def test_a_box_and_a_polygon_are_drawn_without_a_pointer(canvas, fruit):
    canvas.press("Shift+R", "ArrowRight", "Enter")
    canvas.press(*["Shift+ArrowRight", "Shift+ArrowDown"] * 3, "Enter")
    canvas.press("p", "ArrowRight", "Enter", "Shift+ArrowRight", "Enter", "Shift+ArrowDown")
    canvas.press("Enter", "Enter")
    canvas.saved()
    rectangle, polygon = stored(fruit.items[0])["objects"]
    assert rectangle["points"] == [[320, 240], [350, 270]]
    assert polygon["points"] == [[320, 240], [330, 240], [330, 250]]


def test_one_finger_draws_and_two_fingers_zoom(page_for, fruit, annotator):
    canvas = Canvas(page_for(annotator, PHONE), fruit.job).open(fruit.items[0])
    fingers = canvas.page.context.new_cdp_session(canvas.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        pressed = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": pressed})

    canvas.page.locator("[data-tool=rectangle]").tap()
    touch("touchStart", canvas.screen(100, 100))
    touch("touchMove", canvas.screen(200, 150))
    touch("touchMove", canvas.screen(300, 200))
    touch("touchEnd")
    canvas.saved()
    assert points_of(fruit) == [[100, 100], [300, 200]]
    before = canvas.where["scale"]
    (x, y), spread = canvas.screen(320, 240), 40
    touch("touchStart", (x - spread, y))
    touch("touchStart", (x - spread, y), (x + spread, y))
    for step in range(1, 9):
        wide = spread + 5 * step
        touch("touchMove", (x - wide, y), (x + wide, y))
    touch("touchEnd")
    assert canvas.where["scale"] == pytest.approx(2 * before)
    assert canvas.screen(320, 240) == pytest.approx((x, y))
    assert len(stored(fruit.items[0])["objects"]) == 1


KINDS = {
    "box": ("lemon", "rectangle", '"points":[[48.0,60.50],[148.00,160.12345678901234567]]'),
    "ring": (
        "leaf",
        "polygon",
        '"points":[[200,60],[300,40],[330,150]],"holes":[[[260,70],[290.0,80],[300,110]]]',
    ),
    "line": ("lemon", "polyline", '"points":[[20,300],[120,260.0]]'),
    "dot": ("lemon", "point", '"points":[[250.5,300.50]]'),
    "mask": ("lemon", "bitmap", '"rle":{"size":[480,640],"counts":DISC}'),
    "walk": (
        "lemon",
        "track",
        '"keyframes":[{"frame":0,"shape":"rectangle","points":[[380,300],[460.0,380]]}]',
    ),
    "old": ("gone", "rectangle", '"points":[[520,380],[620.0,460]]'),
}
"""Class, shape and geometry of one object of each kind, with digits that JavaScript would drop."""


def disc() -> str:
    """The run lengths of a filled circle in the middle of the picture."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    inside = (columns - 320) ** 2 + (rows - 240) ** 2 < 60**2
    encoded: dict[str, Any] = mask.encode(np.asfortranarray(inside.astype(np.uint8)))
    return str(encoded["counts"], "ascii")


def test_every_kind_is_shown_and_comes_back_to_the_last_digit(page_for, fruit, annotator):
    counts = json.dumps(disc())
    objects = [
        f'{{"id":"{name}","class":{getattr(fruit, label).pk},"shape":"{shape}",'
        f'{geometry.replace("DISC", counts)},"tags":[],"source":"import"}}'
        for name, (label, shape, geometry) in KINDS.items()
    ]
    document = f'{{"objects":[{",".join(objects)}],"tags":[]}}'
    page = page_for(annotator)
    sent: list[str] = []

    def answer(route: Any) -> None:
        if route.request.method == "PUT":
            sent.append(route.request.post_data or "")
        body = f'{{"version":1,"document":{document},"updated_by":null,"updated_at":null}}'
        route.fulfill(body=body, content_type="application/json")

    page.route("**/annotation/", answer)
    canvas = Canvas(page, fruit.job).open(fruit.items[0])
    expect(page.locator(".object")).to_have_count(len(KINDS))
    expect(page.locator(".object-row")).to_have_count(len(KINDS))
    expect(page.locator("[data-id=mask] image")).to_have_attribute("href", re.compile("^blob:"))
    canvas.press("Shift+R")
    canvas.drag((400, 20), (500, 90))
    canvas.press("v")
    canvas.drag((450, 60), (455, 60))
    canvas.saved()
    for text in objects:
        assert text in sent[-1]


def test_what_the_job_does_not_offer_stays_as_it_is(page_for, fruit, annotator):
    kept = box("old", fruit.gone.pk, [100, 100], [200, 200])
    store(fruit.items[0], {"objects": [kept], "tags": []})
    canvas = Canvas(page_for(annotator), fruit.job).open(fruit.items[0])
    canvas.click(150, 150)
    canvas.press("Delete", "ArrowRight", "k")
    canvas.message("Its class is not part of this job")
    canvas.drag((150, 150), (300, 300))
    canvas.page.wait_for_timeout(1000)
    assert stored(fruit.items[0])["objects"] == [kept]


def test_wrong_shapes_for_a_class_are_refused_with_words(canvas, fruit):
    canvas.press("p")
    canvas.polygon((100, 100), (200, 100), (200, 200), (100, 100))
    canvas.press("k")
    canvas.message("Objects of class kiwi are drawn as rectangle, and this is a polygon.")
    canvas.saved()
    assert json.dumps(stored(fruit.items[0])["objects"][0]["class"]) == str(fruit.lemon.pk)
