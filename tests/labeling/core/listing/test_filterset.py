"""What a list refuses, finds and shows as chips."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from rest_framework.test import APIRequestFactory

from labeling.core.api_filters import StrictFilterBackend
from labeling.core.listing import FilterError
from labeling.jobs.models import Job
from labeling.jobs.states import State
from tests.factories import JobFactory, ProjectFactory
from tests.labeling.core.listing.sample import JobFilter, filtered, names

# What is refused


@pytest.mark.parametrize(
    ("query", "at_fault"),
    [
        ("bogus=1", "bogus"),
        ("state=asleep", "state"),
        ("overdue=maybe", "overdue"),
        ("project=abc", "project"),
        ("items=many", "items"),
        ("created_after=yesterday", "created"),
        ("ordering=password", "ordering"),
        ("items=1&items=2", "items"),
        ("q=%00", "q"),
        ("annotator__password=x", "annotator__password"),
    ],
)
def test_a_query_that_is_not_understood_is_refused_by_name(actor, query, at_fault):
    with pytest.raises(FilterError) as caught:
        filtered(actor, query)
    assert list(caught.value.errors) == [at_fault]


def test_the_refusal_offers_the_address_without_what_is_at_fault(actor):
    with pytest.raises(FilterError) as caught:
        filtered(actor, "bogus=1&state=new&created_after=x&q=lemon&page=")
    assert caught.value.cleaned == "state=new&q=lemon"


def test_a_project_of_another_team_is_no_choice(actor):
    foreign = ProjectFactory.create()
    with pytest.raises(FilterError):
        filtered(actor, f"project={foreign.pk}")


def test_empty_parameters_and_the_lists_own_ones_are_no_filters(actor, batch):
    JobFactory.create(batch=batch, name="one")
    assert names(actor, "q=&state=&page=2&page_size=25&view=3&format=csv") == ["one"]


def test_rest_refuses_the_same_queries(actor, batch):
    request: Any = APIRequestFactory().get("/api/jobs/?bogus=1")
    request.query_params, request.actor = request.GET, actor
    view = type("View", (), {"filterset_class": JobFilter})()
    with pytest.raises(FilterError):
        StrictFilterBackend().filter_queryset(request, Job.objects.all(), view)


# What is found


def test_search_finds_rows_in_which_every_word_occurs(actor, batch):
    JobFactory.create(batch=batch, name="yellow one")
    JobFactory.create(batch=batch, name="green one")
    assert names(actor, "q=LEMON+yell") == ["yellow one"]


def test_filters_combine(actor, batch):
    late = timezone.now() - timedelta(hours=1)
    JobFactory.create(batch=batch, name="late", due_at=late)
    JobFactory.create(batch=batch, name="in time")
    JobFactory.create(batch=batch, name="late too", due_at=late, state=State.IN_PROGRESS)
    assert names(actor, "overdue=true&state=new") == ["late"]
    assert names(actor, "overdue=false") == ["in time"]
    assert names(actor, f"project={batch.project_id}&state=new&state=in_progress") == [
        "in time",
        "late",
        "late too",
    ]


def test_rows_that_sort_alike_keep_one_order_by_key(actor, batch):
    jobs = [JobFactory.create(batch=batch, name="same") for _ in range(5)]
    keys = [job.pk for job in jobs]
    assert [job.pk for job in filtered(actor, "ordering=name").qs] == keys
    assert [job.pk for job in filtered(actor, "ordering=-name").qs] == keys[::-1]


def test_empty_values_come_last_in_both_directions(actor, batch):
    soon = timezone.now()
    JobFactory.create(batch=batch, name="none")
    JobFactory.create(batch=batch, name="late", due_at=soon + timedelta(days=2))
    JobFactory.create(batch=batch, name="soon", due_at=soon)
    assert names(actor, "ordering=due") == ["soon", "late", "none"]
    assert names(actor, "ordering=-due") == ["late", "soon", "none"]


def test_several_orders_apply_in_turn(actor, batch):
    JobFactory.create(batch=batch, name="b")
    JobFactory.create(batch=batch, name="a", state=State.IN_PROGRESS)
    JobFactory.create(batch=batch, name="a")
    found = filtered(actor, "ordering=-name,state").qs
    assert [(job.name, job.state) for job in found] == [
        ("b", "new"),
        ("a", "in_progress"),
        ("a", "new"),
    ]


# Chips


def test_every_active_value_is_a_chip_whose_link_takes_only_it_out(actor, batch):
    query = f"state=new&state=rejected&project={batch.project_id}&overdue=true&q=x&page=3"
    chips = filtered(actor, query).chips()
    assert [(chip.label, chip.value) for chip in chips] == [
        ("State", str(State.NEW.label)),
        ("State", str(State.REJECTED.label)),
        ("Project", "Fruit on a table"),
        ("Overdue", "yes"),
    ]
    assert QueryDict(chips[0].query).getlist("state") == ["rejected"]
    assert "page" not in QueryDict(chips[0].query)
    assert "project" not in QueryDict(chips[2].query)
    assert QueryDict(chips[2].query)["q"] == "x"


def test_a_range_is_one_chip_and_leaves_with_both_ends(actor, batch):
    (chip,) = filtered(actor, "created_after=2026-01-01&created_before=2026-02-01").chips()
    assert chip.value == "2026-01-01 – 2026-02-01"
    assert chip.query == ""
