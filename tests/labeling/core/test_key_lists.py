"""Many keys are one parameter, on either database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Team
from labeling.core.key_lists import among
from tests.factories import TeamFactory


@pytest.mark.parametrize("others", [0, 5_000])
def test_few_keys_or_many_find_the_same_rows_and_nothing_else(db, others):
    teams = [TeamFactory.create() for _number in range(3)]
    far = range(10**9, 10**9 + others)
    found = Team.objects.filter(pk__in=among([teams[0].pk, teams[2].pk, *far]))
    assert set(found) == {teams[0], teams[2]}
    assert found.update(name="Found") == 2


def test_more_keys_than_a_database_takes_parameters_are_one_query(db):
    team = TeamFactory.create()
    with CaptureQueriesContext(connection) as captured:
        assert list(Team.objects.filter(pk__in=among([team.pk, *range(10**9, 10**9 + 50_000)])))
    assert len(captured) == 1


def test_no_keys_find_nothing(db):
    TeamFactory.create()
    assert not Team.objects.filter(pk__in=among([])).exists()


@pytest.mark.parametrize("others", [0, 5_000])
def test_texts_are_keys_too_whatever_is_in_them(db, others):
    odd = 'it\'s "one", {two} \\ %s'
    named = [TeamFactory.create(name=name) for name in (odd, "42")]
    TeamFactory.create(name="another")
    far = [f"far {number}" for number in range(others)]
    assert set(Team.objects.filter(name__in=among([odd, "42", *far]))) == set(named)
