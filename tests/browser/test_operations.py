"""Watching operations: the tab says how far one is, the bell says what ended, nothing is lost."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from labeling.operations.models import Notice, Operation
from tests.browser.watching import DESKTOP, PHONE

SIZES = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]


def operation_of(team, user, **values) -> Operation:
    """An operation that no worker is at."""
    return Operation.objects.create(
        team=team, created_by=user, kind="export", queue="bulk", label="Export kiwis", **values
    )


def test_the_tab_says_how_far_it_is_until_it_is_over(team, manager, page_for, axe):
    operation = operation_of(team, manager, status="running", total=50, done=21, rate=2.0)
    page = page_for(manager)
    page.goto(operation.get_absolute_url())
    expect(page).to_have_title("42 % - Export kiwis · Labeldesk")
    expect(page.get_by_text("2.0 a second · about 14 s left")).to_be_visible()
    axe(page)
    Operation.objects.filter(pk=operation.pk).update(done=40)
    expect(page).to_have_title("80 % - Export kiwis · Labeldesk")
    Operation.objects.filter(pk=operation.pk).update(status="complete", done=50)
    expect(page).to_have_title("Export kiwis · Labeldesk")
    expect(page.locator("#operation-state[data-poll-url]")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_a_press_on_the_bell_is_the_look(team, manager, page_for, axe, size):
    operation = operation_of(team, manager, status="complete", total=3, done=3, error_count=1)
    Notice.objects.create(team=team, person=manager, operation=operation, at=timezone.now())
    page = page_for(manager, size)
    page.goto(f"/teams/{team.pk}/operations/")
    bell, opened = page.locator("#bell button"), page.locator("#bell-list")
    expect(bell.locator(".count")).to_have_text("1")
    bell.click()
    expect(opened).to_be_visible()
    expect(opened.get_by_role("link", name=re.compile("Export kiwis"))).to_contain_text("new")
    expect(bell.locator(".count")).to_have_count(0)
    axe(page)
    page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    bell.click()
    expect(opened).to_be_visible()
    expect(opened.locator(".fresh")).to_have_count(0)
    bell.click()
    expect(opened).to_be_hidden()
    bell.click()
    opened.get_by_role("link", name=re.compile("Export kiwis")).click()
    expect(page).to_have_url(re.compile(rf"/operations/{operation.pk}/$"))
