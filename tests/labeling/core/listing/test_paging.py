"""Pages that stay cheap when there are many rows."""

from labeling.core.listing import CappedPaginator
from labeling.jobs.models import Job
from tests.factories import JobFactory


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
