"""Which rows a bulk verb is about."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from labeling.core.errors import Invalid
from labeling.core.listing import FilterError, Selection
from labeling.jobs.models import Job
from tests.factories import JobFactory
from tests.labeling.core.listing.sample import JobFilter


def test_a_selection_of_keys_is_those_rows_only(actor, batch):
    one, two, _three = JobFactory.create_batch(3, batch=batch)
    chosen = Selection.parse(QueryDict(f"selected={one.pk}&selected={two.pk}"))
    assert set(chosen.apply(Job.objects.all(), JobFilter, None)) == {one, two}


def test_all_that_match_are_the_rows_of_the_query(actor, batch):
    JobFactory.create(batch=batch, name="kiwi")
    lemon = JobFactory.create(batch=batch, name="lemon 1")
    request: Any = RequestFactory().get("/")
    request.actor = actor
    chosen = Selection.parse(QueryDict("all_matching=1&query=q%3D1"))
    assert list(chosen.apply(Job.objects.all(), JobFilter, request)) == [lemon]


@pytest.mark.parametrize("data", ["", "selected=abc", "selected=-1", f"selected={2**70}"])
def test_no_selection_is_refused(data):
    with pytest.raises(Invalid):
        Selection.parse(QueryDict(data))


def test_a_forged_query_of_a_selection_is_refused(actor, batch):
    chosen = Selection.parse(QueryDict("all_matching=1&query=bogus%3D1"))
    with pytest.raises(FilterError):
        chosen.apply(Job.objects.all(), JobFilter, None)
