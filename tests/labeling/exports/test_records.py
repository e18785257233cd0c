"""What several annotations of one item come to."""

from labeling.exports.records import by_item, newest_objects, newest_tags
from tests.labeling.exports.samples import record


def labeled(*objects, put=(), **more):
    """An annotation with points, given as (id, x) or (id, x, class)."""
    document = {
        "objects": [
            {"id": identity, "class": kind, "shape": "point", "points": [[x, 1]], "tags": [],
             "source": "person"}
            for identity, x, kind in ((*each, 1)[:3] for each in objects)
        ],
        "tags": [{"tag": tag, "value": value} for tag, value in put],
    }  # fmt: skip
    return record(document, **{"classes": (1,), "tags": (1,), **more})


def places(*records):
    return {each["id"]: each["points"][0][0] for each, _record in newest_objects(records)}


def test_an_object_is_taken_as_it_was_saved_last_whatever_the_order():
    start = labeled(("a", 1))
    ana = labeled(("a", 2), ("hers", 2), updated_at="2025-06-01T10:00:00.000000+00:00")
    ben = labeled(("a", 3), ("his", 3), updated_at="2025-06-01T11:00:00.000000+00:00")
    expected = {"a": 3, "hers": 2, "his": 3}
    assert places(start, ana, ben) == places(ben, start, ana) == expected


def test_what_one_of_two_who_label_at_once_leaves_out_stays():
    ana = labeled(("a", 1), ended_at="5", began_at="1", updated_at="4")
    ben = labeled(began_at="1", updated_at="3", ended_at="6")
    assert places(ana, ben) == {"a": 1}


def test_what_a_later_job_found_and_deleted_is_gone():
    first = labeled(("wrong", 1), ("right", 1), began_at="1", updated_at="2", ended_at="3")
    later = labeled(("right", 2), began_at="4", updated_at="5")
    assert places(first, later) == {"right": 2}


def test_a_later_job_says_nothing_about_classes_that_it_was_not_asked_about():
    first = labeled(("lemon", 1, 1), ("kiwi", 1, 2), began_at="1", updated_at="2", ended_at="3")
    later = labeled(classes=(2,), began_at="4", updated_at="5")
    assert places(first, later) == {"lemon": 1}


def test_a_later_job_that_nobody_touched_deletes_nothing_that_it_still_holds():
    first = labeled(("a", 7), began_at="1", updated_at="2", ended_at="3")
    untouched = labeled(("a", 7), began_at="4")
    assert places(first, untouched) == {"a": 7}


def test_tags_follow_the_same_rule():
    first = labeled(put=((1, "x"), (2, "y")), began_at="1", updated_at="2", ended_at="3")
    later = labeled(put=((2, "z"),), began_at="4", updated_at="5")
    assert newest_tags([first, later]) == [{"tag": 2, "value": "z"}]


def test_records_are_grouped_by_item():
    several = [record(item=1), record(item=1, job=2), record(item=2)]
    assert [len(group) for group in by_item(several)] == [2, 1]
