"""Lists: what they refuse, how they search, sort and page, and what stands in their CSV file."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import django_filters
import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_htmx.middleware import HtmxDetails
from rest_framework.test import APIRequestFactory

from accounts.actor import Actor
from labeling.core.api_filters import StrictFilterBackend
from labeling.core.errors import Invalid
from labeling.core.listing import (
    CappedPaginator,
    Column,
    FilterError,
    ListPage,
    Order,
    Selection,
    StrictFilterSet,
    VisibleChoiceFilter,
)
from labeling.core.listing.columns import safe_cell
from labeling.jobs.models import Job
from labeling.jobs.states import State
from labeling.projects.models import Project
from tests.factories import BatchFactory, JobFactory, ProjectFactory


class JobFilter(StrictFilterSet):
    """A filter of every kind."""

    state = django_filters.MultipleChoiceFilter(choices=State.choices, label="State")
    project = VisibleChoiceFilter(Project, label="Project")
    overdue = django_filters.BooleanFilter(method="filter_overdue", label="Overdue")
    created = django_filters.DateFromToRangeFilter(field_name="created_at", label="Created")
    items = django_filters.NumberFilter(label="Items")

    class Meta:
        model = Job
        fields: list[str] = []

    search_fields = ("name", "batch__name")
    orderings = {"name": "name", "due": Order(("due_at",), empty_last=True), "state": "state"}
    default_ordering = ("name",)

    def filter_overdue(self, queryset, name, value):
        late = queryset.filter(due_at__lt=timezone.now())
        return late if value else queryset.exclude(pk__in=late)


class JobList(ListPage[Job]):
    """A list of jobs with a column of every kind."""

    filterset_class = JobFilter
    title = "Jobs"
    nav = "jobs"
    columns = (
        Column("name", "Name", ordering="name", priority=1, is_link=True),
        Column("annotator", "Annotator", value="annotator.name"),
        Column("size", "Items", value=lambda job: job.items, csv="items", is_number=True),
        Column("tools", "Tools", value=lambda job: "…", csv=None),
    )
    bulk_template = "components/empty.html"

    def get_queryset(self):
        return Job.objects.visible_to(self.request.actor).select_related("annotator")


@pytest.fixture
def batch(team, manager):
    """A batch of the team."""
    project = ProjectFactory.create(team=team, created_by=manager, name="Fruit on a table")
    return BatchFactory.create(dataset__project=project, name="Lemons")


@pytest.fixture
def ask(manager):
    """Asks the list as the manager, with a query and headers."""

    def asked(query: str = "", view: type[ListPage] = JobList, **headers: str):
        request: Any = RequestFactory().get(f"/jobs/?{query}", headers=headers)
        request.user, request.actor = manager, Actor.for_user(manager)
        request.htmx = HtmxDetails(request)
        return view.as_view()(request)

    return asked


def filtered(actor: Actor, query: str) -> JobFilter:
    """The filter set of a query string, checked."""
    request: Any = RequestFactory().get("/")
    request.actor = actor
    found = JobFilter(QueryDict(query), Job.objects.all(), request=request)
    found.check()
    return found


def names(actor: Actor, query: str) -> list[str]:
    """The names that a query string finds, in order."""
    return [job.name for job in filtered(actor, query).qs]


@pytest.fixture
def actor(manager) -> Actor:
    """The manager as actor."""
    return Actor.for_user(manager)


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


def test_the_page_of_a_refused_address_says_which_and_links_to_the_rest(ask, batch):
    response = ask("bogus=1&state=new")
    assert response.status_code == 400
    assert "bogus" in response.text
    assert 'href="/jobs/?state=new"' in response.text


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=7", "format=xml", "page=-1"])
def test_the_lists_own_parameters_are_as_strict(ask, batch, query):
    assert ask(query).status_code == 400


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


# Pages


def test_a_count_stops_at_the_cap(batch):
    JobFactory.create_batch(6, batch=batch)
    paginator = CappedPaginator(Job.objects.order_by("pk"), 2, cap=4)
    assert str(paginator.total) == "4+"
    assert paginator.page(3).has_next() is False
    assert paginator.page(2).has_next() is True


def test_a_known_total_costs_no_count(batch, django_assert_num_queries):
    JobFactory.create_batch(3, batch=batch)
    with django_assert_num_queries(1):
        page = CappedPaginator(Job.objects.order_by("pk"), 2, known_total=3).page(2)
    assert (page.first_row, page.last_row, page.has_next()) == (3, 3, False)


def test_a_page_past_the_end_is_the_last_one(batch):
    JobFactory.create_batch(3, batch=batch)
    page = CappedPaginator(Job.objects.order_by("pk"), 2).page(9)
    assert (page.number, len(page.rows)) == (2, 1)


def test_pages_never_overlap_and_miss_nothing(ask, batch):
    jobs = [JobFactory.create(batch=batch, name="same") for _ in range(60)]
    shown = [job.pk for job in jobs if f'id="row-{job.pk}"' in ask("page_size=25").text]
    for number in (2, 3):
        text = ask(f"page_size=25&page={number}").text
        shown += [job.pk for job in jobs if f'id="row-{job.pk}"' in text]
    assert shown == [job.pk for job in jobs]


def test_the_number_of_queries_does_not_grow_with_the_rows(ask, batch, annotator):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            ask(f"project={batch.project_id}")
        return len(caught)

    JobFactory.create(batch=batch, annotator=annotator)
    few = queries()
    JobFactory.create_batch(20, batch=batch, annotator=annotator)
    assert queries() == few


# The page


def test_htmx_gets_the_rows_alone_and_a_clean_address(ask, batch):
    JobFactory.create(batch=batch, name="lemons 1")
    whole, part = ask("q=lem"), ask("q=lem&state=&ordering=", hx_request="true")
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert "lemons 1" in part.text
    assert part["HX-Push-Url"] == "/jobs/?q=lem"
    assert "HX-Request" in whole["Vary"]


def test_going_back_in_history_gets_the_whole_page(ask, batch):
    response = ask(hx_request="true", hx_history_restore_request="true")
    assert "<html" in response.text


def test_the_part_swaps_chips_and_count_in_their_places_too(ask, batch):
    text = ask("state=new", hx_request="true").text
    assert text.count('hx-swap-oob="true"') == 2
    assert 'hx-swap-oob="true"' not in ask("state=new").text


def test_a_header_sorts_and_a_second_click_reverses(ask, batch):
    JobFactory.create(batch=batch)
    first, second = ask(), ask("ordering=-name&page=2")
    assert 'href="?ordering=-name"' in first.text
    assert 'aria-sort="ascending"' in first.text
    assert 'href="?ordering=name"' in second.text
    assert 'aria-sort="descending"' in second.text


def test_an_empty_list_and_one_without_matches_say_different_things(ask, batch):
    assert "Nothing here yet." in ask().text
    assert "Nothing matches." in ask("q=nothing").text


def test_what_people_named_is_never_markup(ask, batch):
    JobFactory.create(batch=batch, name="<script>alert(1)</script>")
    text = ask("q=<script>").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_list_that_polls_says_how_often_and_of_what(ask, batch):
    polling = type("Polling", (JobList,), {"poll_seconds": 10})
    text = ask("state=new", view=polling).text
    assert 'data-poll-url="?state=new"' in text
    assert 'data-poll-seconds="10"' in text


# CSV


def cells(response) -> list[list[str]]:
    """The rows of a streamed CSV file."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def test_the_file_holds_all_pages_of_what_is_shown(ask, batch, annotator):
    for number in range(60):
        JobFactory.create(batch=batch, name=f"lemons {number:02}", annotator=annotator)
    JobFactory.create(batch=batch, name="lemons 60", state=State.REJECTED)
    response = ask("format=csv&q=lemons+lem&state=new&ordering=-name&page=2&page_size=25")
    rows = cells(response)
    assert rows[0] == ["Name", "Annotator", "Items"]
    assert rows[1] == ["lemons 59", "Ana", "0"]
    assert len(rows) == 61
    assert response["Content-Disposition"] == 'attachment; filename="jobs.csv"'


def test_a_cell_that_a_spreadsheet_would_run_is_text(ask, batch):
    JobFactory.create(batch=batch, name="=HYPERLINK(1)")
    assert cells(ask("format=csv"))[1][0] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_beginning_of_a_formula_is_disarmed(start):
    assert safe_cell(f"{start}1") == f"'{start}1"


def test_numbers_stay_numbers_and_times_carry_their_zone():
    assert safe_cell(-5) == "-5"
    assert safe_cell(None) == ""
    with timezone.override("Europe/Vienna"):
        assert safe_cell(datetime(2026, 1, 1, 12, tzinfo=UTC)) == "2026-01-01T13:00:00+01:00"


# Selections


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
