"""Counting, and what a completed job changes in the labels of an item."""

from hypothesis import given
from hypothesis import strategies as st

from labeling.projects.documents import count, empty_document, published
from tests.labeling.projects.documents.strategies import documents, few

ALL_CLASSES, ALL_TAGS = frozenset({1, 2}), frozenset({1, 2, 3, 4})


def labeled(*objects, tags=()):
    return {
        "objects": [
            {"id": identity, "class": kind, "shape": "point", "points": [[1, 1]], "tags": [],
             "source": "person"}
            for identity, kind in objects
        ],
        "tags": [{"tag": tag, "value": value} for tag, value in tags],
    }  # fmt: skip


def test_a_job_replaces_the_objects_of_its_classes_and_leaves_the_rest():
    item = labeled(("lemon", 1), ("kiwi", 2), tags=((1, None), (2, "old")))
    annotation = labeled(("other lemon", 1), ("kiwi", 2), ("stray", 2), tags=((2, "new"),))
    assert published(item, annotation, {1}, {2}) == labeled(
        ("kiwi", 2), ("other lemon", 1), tags=((1, None), (2, "new"))
    )


def test_an_object_that_moved_into_a_class_of_the_job_is_there_once():
    assert published(labeled(("a", 2)), labeled(("a", 1)), {1}, set()) == labeled(("a", 1))


def test_a_tag_that_was_taken_off_is_gone():
    item = labeled(tags=((1, None), (2, "x")))
    assert published(item, labeled(), {1}, {2}) == labeled(tags=((1, None),))


@few
@given(documents(), documents())
def test_a_job_with_everything_decides_everything_and_one_with_nothing_changes_nothing(one, other):
    assert published(one, other, ALL_CLASSES, ALL_TAGS) == other
    assert published(one, empty_document(), set(), set()) == one


@few
@given(documents(), documents(), st.frozensets(st.sampled_from((1, 2))))
def test_publishing_twice_is_publishing_once(item, annotation, classes):
    once = published(item, annotation, classes, ALL_TAGS)
    assert published(once, annotation, classes, ALL_TAGS) == once


@few
@given(documents())
def test_counts_are_of_objects_and_of_all_tags(document):
    counts = count(document)
    assert counts.objects == len(document["objects"])
    assert counts.tags == len(document["tags"]) + sum(
        len(each["tags"]) for each in document["objects"]
    )
