"""What an export is of: found by the items, however many jobs there are."""

import pytest
from django.db import connection

from labeling.exports.scopes import Scope, ScopeKind, Which
from tests.factories import BatchFactory, JobFactory, JobItemFactory


@pytest.mark.parametrize("kind", list(ScopeKind))
@pytest.mark.parametrize("which", list(Which))
def test_job_items_are_those_of_the_scope_only(dataset, kind, which):
    batch = BatchFactory.create(dataset=dataset)
    job = JobFactory.create(batch=batch)
    first, second, _third = dataset.items.all()
    inside = JobItemFactory.create(job=job, item=first, state="accepted")
    undecided = JobItemFactory.create(job=job, item=second)
    JobItemFactory.create(state="accepted")  # somebody else's
    subject = {"project": dataset.project, "dataset": dataset, "batch": batch, "job": job}[kind]
    scope = Scope(kind, subject.pk, which)
    expected = {inside} if which == Which.ACCEPTED else {inside, undecided}
    assert set(scope.job_items().filter(item__in=[first, second])) == expected
    assert scope.count() == (3 if which == Which.ALL and not scope.is_about_work else len(expected))


@pytest.mark.parametrize("kind", [ScopeKind.PROJECT, ScopeKind.DATASET, ScopeKind.BATCH])
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows how large tables are")
def test_sqlite_does_not_look_up_every_item_in_every_job(db, kind):
    found = Scope(kind, 1, Which.ALL).job_items().filter(item__in=[1, 2, 3]).order_by()
    assert "jobs_jobitem_item_id" in found.explain().splitlines()[0]
