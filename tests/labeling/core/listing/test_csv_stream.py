"""A list as a file that a spreadsheet opens."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.utils import timezone

from labeling.core.listing.columns import safe_cell
from labeling.jobs.states import State
from tests.factories import JobFactory


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
