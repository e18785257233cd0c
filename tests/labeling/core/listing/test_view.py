"""The page of a list: whole, in part, sorted, paged, refused."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import JobFactory
from tests.labeling.core.listing.sample import JobList


def test_the_page_of_a_refused_address_says_which_and_links_to_the_rest(ask, batch):
    response = ask("bogus=1&state=new")
    assert response.status_code == 400
    assert "bogus" in response.text
    assert 'href="/jobs/?state=new"' in response.text


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=7", "format=xml", "page=-1"])
def test_the_lists_own_parameters_are_as_strict(ask, batch, query):
    assert ask(query).status_code == 400


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


def test_htmx_hears_of_a_refused_address_in_a_toast(ask, batch):
    response = ask("bogus=1", hx_request="true")
    assert response.status_code == 400
    assert "bogus: There is no such filter." in response["HX-Trigger"]
