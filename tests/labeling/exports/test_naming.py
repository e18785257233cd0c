"""Names of written files: safe, each once, and the same again after a crash."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.exports.naming import LONGEST, Names, safe_name


@given(st.text())
def test_any_name_becomes_the_name_of_one_file(name):
    safe = safe_name(name)
    assert PurePosixPath(safe).name == safe
    assert safe not in (".", "..")
    assert not set(safe) & set('/\\:*?"<>|\x00\n')
    assert len(safe.encode()) <= LONGEST
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "_.._.._etc_passwd"),
        ("C:\\Windows\\x.png", "C__Windows_x.png"),
        (".htaccess", "_.htaccess"),
        ("nul.txt", "_nul.txt"),
        ("  a. ", "a"),
        ("...", "unnamed"),
        ("", "unnamed"),
        ("зелёный лимон.jpg", "зелёный лимон.jpg"),
        ("x" * 300 + ".jpg", "x" * (LONGEST - 4) + ".jpg"),
    ],
)
def test_known_names(name, safe):
    assert safe_name(name) == safe


def test_equal_names_are_numbered_also_those_that_differ_in_case_only():
    with Names(":memory:") as names:
        given_names = [
            names.give(n, "table", name)
            for n, name in enumerate(("a.jpg", "a.jpg", "A.JPG", "a (2).jpg", "a.jpg", "b/c"))
        ]
        assert given_names == [
            "table/a.jpg",
            "table/a (2).jpg",
            "table/A (3).JPG",
            "table/a (2) (2).jpg",
            "table/a (4).jpg",
            "table/b_c",
        ]
        assert names.give(0, "other", "a.jpg") == "table/a.jpg"


def test_names_differ_in_more_than_their_endings_for_the_files_beside_the_images():
    with Names(":memory:") as names:
        wanted = [(1, "a.jpg"), (2, "a.png"), (3, "a.b.png"), (4, "A.gif")]
        assert names.give_all("d", wanted) == ["d/a.jpg", "d/a (2).png", "d/a.b.png", "d/A (3).gif"]


@given(st.lists(st.text(max_size=3), max_size=20))
def test_no_two_owners_get_one_path(wanted):
    with Names(":memory:") as names:
        paths = [names.give(n, "d", name).casefold() for n, name in enumerate(wanted)]
    assert len(set(paths)) == len(paths)


SOME_NAMES = st.lists(
    st.sampled_from(("a", "A", "a (2)", "a (3)", "b", "")) | st.text(max_size=2), max_size=20
)


@given(SOME_NAMES, st.integers(1, 7))
def test_many_at_once_get_the_names_that_each_would_get_in_turn(wanted, at_once):
    owners = list(enumerate(wanted))
    with Names(":memory:") as one, Names(":memory:") as many:
        in_turn = [one.give(owner, "d", name) for owner, name in owners]
        together = [
            path
            for first in range(0, len(owners), at_once)
            for path in many.give_all("d", owners[first : first + at_once])
        ]
        assert together == in_turn
        assert many.give_all("elsewhere", owners) == in_turn


def test_names_are_the_same_again(tmp_path):
    for _ in range(2):
        with Names(tmp_path / "names") as names:
            assert names.give(1, "d", "a.jpg") == "d/a.jpg"
            assert names.give(2, "d", "a.jpg") == "d/a (2).jpg"


def test_work_that_fails_gives_its_names_back(tmp_path):
    def fail():
        with Names(tmp_path / "names") as names:
            names.give(1, "d", "a.jpg")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with Names(tmp_path / "names") as names:
        assert names.give(2, "d", "a.jpg") == "d/a.jpg"
