"""Colours of tags: one of the palette, or the one that was given."""

import pytest

from labeling.core.errors import Invalid


def test_a_tag_has_a_colour_of_its_own_and_keeps_the_one_it_was_given(
    project, manager, do, api_for
):
    first = do(manager, project, "add-tag", name="ripe").outcome
    second = do(manager, project, "add-tag", name="cut").outcome
    given = do(manager, project, "add-tag", name="big", color="#AABBCC").outcome
    assert first.color != second.color
    assert given.color == "#aabbcc"
    do(manager, given, "edit-tag", name="huge")
    do(manager, first, "edit-tag", color="#010203")
    shown = api_for(manager).get(f"/api/tag-definitions/?project={project.pk}").json()["results"]
    assert [(each["name"], each["color"]) for each in shown] == [
        ("ripe", "#010203"),
        ("cut", second.color),
        ("huge", "#aabbcc"),
    ]
    with pytest.raises(Invalid):
        do(manager, first, "edit-tag", color="red")
