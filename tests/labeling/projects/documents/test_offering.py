"""What a job offers: tags and their values, classes that others have, limits."""

import json
from typing import Any

import pytest

from labeling.projects.documents import Rules, TagRule, count, parse
from tests.labeling.projects.documents.drawings import box, paths
from tests.labeling.projects.documents.strategies import HEIGHT, RULES, WIDTH


class TestTags:
    """Values and places of tags."""

    @pytest.mark.parametrize(
        ("rule", "good", "bad"),
        [
            (TagRule("none"), [None], ["x", 0, False, ""]),
            (TagRule("string"), ["x", "two\nlines"], [None, "", 3, "x" * 201, "a\x00", "\ud800"]),
            (
                TagRule("number"),
                [0, -1.5, 10**300],
                [None, "3", True, float("nan"), float("inf"), 10**400],
            ),
            (TagRule("choice", ("s", "m")), ["s", "m"], [None, "l", "", ["s"], 1]),
        ],
    )
    def test_a_value_fits_its_tag(self, rule, good, bad):
        rules = Rules(WIDTH, HEIGHT, tags={5: rule})
        for value in good:
            tags = [{"tag": 5, "value": value}]
            assert parse({"tags": tags}, rules)["tags"] == tags
        for value in bad:
            assert paths({"tags": [{"tag": 5, "value": value}]}, rules) == ["tags[0].value"]

    def test_a_tag_stands_where_it_applies(self):
        rules = Rules(
            WIDTH,
            HEIGHT,
            classes={1: "any", 2: "any"},
            tags={
                5: TagRule(applies_to="images"),
                6: TagRule(applies_to="objects"),
                7: TagRule(classes=frozenset({2})),
            },
        )
        fine = {"objects": [box(kind=2, tags=[{"tag": 6}, {"tag": 7}])], "tags": [{"tag": 5}]}
        assert count(parse(fine, rules)).tags == 3
        wrong = {
            "objects": [box(tags=[{"tag": 5}, {"tag": 6}, {"tag": 7}])],
            "tags": [{"tag": 6}],
        }
        assert paths(wrong, rules) == [
            "objects[0].tags[0].tag",
            "objects[0].tags[2].tag",
            "tags[0].tag",
        ]

    def test_a_tag_stands_once_in_one_place(self):
        assert paths({"tags": [{"tag": 1}, {"tag": 1}]}) == ["tags[1].tag"]

    @pytest.mark.parametrize("tag", [7, None, {}, {"tag": "1"}, {"tag": True}, {"tag": 99}])
    def test_what_is_no_tag_is_refused(self, tag):
        assert paths({"tags": [tag]})[0].startswith("tags[0]")


class TestWhatIsNotOffered:
    """Objects and tags that are there, of classes and tags that this job does not offer."""

    only_two = Rules(WIDTH, HEIGHT, classes={2: "any"}, tags={6: TagRule()})
    stored: Any = {
        "objects": [
            {**box("old", kind=1), "tags": [{"tag": 5, "value": None}], "source": "import"},
            {**box("mine", kind=2), "tags": [{"tag": 5, "value": None}], "source": "person"},
        ],
        "tags": [{"tag": 5, "value": None}],
    }

    def changed(self, number, **changes):
        objects = [dict(each) for each in self.stored["objects"]]
        objects[number] |= changes
        return {"objects": objects, "tags": self.stored["tags"]}

    def test_they_stay_when_they_come_back_unchanged(self):
        raw = json.loads(json.dumps(self.stored))
        assert parse(raw, self.only_two, self.stored) == self.stored

    def test_they_are_carried_over_when_they_are_left_out(self):
        mine = {**box("mine", kind=2, points=((0, 0), (3, 3))), "tags": []}
        document = parse({"objects": [mine], "tags": []}, self.only_two, self.stored)
        assert document["objects"] == [
            self.stored["objects"][0],
            {**mine, "tags": [{"tag": 5, "value": None}], "source": "person"},
        ]
        assert document["tags"] == self.stored["tags"]

    def test_an_offered_object_may_go_and_takes_its_tags_along(self):
        document = parse({"objects": [], "tags": []}, self.only_two, self.stored)
        assert [each["id"] for each in document["objects"]] == ["old"]

    def test_they_may_not_move(self):
        raw = self.changed(0, points=[[0, 0], [3, 3]])
        assert paths(raw, self.only_two, self.stored) == ["objects[0]"]

    def test_they_may_not_become_something_that_is_offered(self):
        raw = self.changed(0, **{"class": 2})
        assert paths(raw, self.only_two, self.stored) == ["objects[0]"]

    def test_nothing_may_become_one_of_them(self):
        raw = self.changed(1, **{"class": 1})
        assert paths(raw, self.only_two, self.stored) == ["objects[1].class"]

    def test_a_new_one_under_another_id_is_refused(self):
        raw = self.changed(0, id="new", tags=[])
        assert paths(raw, self.only_two, self.stored) == ["objects[0].class"]

    def test_a_tag_that_is_not_offered_may_not_change_its_value(self):
        raw = {"objects": [], "tags": [{"tag": 5, "value": "x"}]}
        assert paths(raw, self.only_two, self.stored) == ["tags[0].tag"]

    def test_a_class_narrowed_since_lets_its_objects_keep_their_shape_and_no_new_ones_in(self):
        narrowed = Rules(WIDTH, HEIGHT, classes={2: "polygon"}, tags={5: TagRule()})
        moved = self.changed(1, points=[[0, 0], [3, 3]])
        assert parse(moved, narrowed, self.stored)["objects"][1]["points"] == [[0, 0], [3, 3]]
        another = {"objects": [box("another", kind=2)]}
        assert paths(another, narrowed, self.stored) == ["objects[0].shape"]


class TestLimits:
    """Limits of objects and tags an image."""

    rules = Rules(
        WIDTH, HEIGHT, classes={1: "any"}, tags={5: TagRule()}, objects_limit=2, tags_limit=2
    )

    def test_more_objects_than_the_limit_are_refused(self):
        boxes = [box(str(n)) for n in range(3)]
        assert count(parse({"objects": boxes[:2]}, self.rules)).objects == 2
        assert paths({"objects": boxes}, self.rules) == ["objects"]

    def test_tags_of_the_image_and_of_its_objects_count_together(self):
        tagged = [box(str(n), tags=[{"tag": 5}]) for n in range(2)]
        parse({"objects": tagged}, self.rules)
        raw = {"objects": tagged, "tags": [{"tag": 5}]}
        assert paths(raw, self.rules) == ["tags"]

    def test_an_image_that_starts_beyond_the_limit_can_be_saved_as_long_as_it_does_not_grow(self):
        stored = parse({"objects": [box(str(n)) for n in range(4)]}, RULES)
        moved = [box(str(n), points=((0, 0), (5, 5))) for n in range(4)]
        assert count(parse({"objects": moved}, self.rules, stored)).objects == 4
        assert count(parse({"objects": moved[:3]}, self.rules, stored)).objects == 3
        grown = [*moved, box("one more")]
        assert paths({"objects": grown}, self.rules, stored) == ["objects"]

    def test_what_the_job_does_not_offer_does_not_count(self):
        stored = parse({"objects": [box(str(n), kind=2) for n in range(4)]}, RULES)
        raw = {"objects": [*stored["objects"], box("a"), box("b")]}
        assert count(parse(raw, self.rules, stored)).objects == 6
