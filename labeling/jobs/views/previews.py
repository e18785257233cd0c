"""What a form that spreads items would do: who gets how much, and how long that takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext as _

from labeling.jobs.loads import Wanted, able_people, held_items
from labeling.jobs.shares import Sharing, shares_of
from labeling.jobs.splitting import Share
from labeling.jobs.spreading import Able


class SpreadingForm(Protocol):
    """A valid form that knows which items it means and how they become jobs."""

    @property
    def cleaned_data(self) -> dict[str, Any]:
        """What was said."""

    def is_valid(self) -> bool:
        """Whether it fits."""

    def sharing(self) -> Sharing:
        """How the items become jobs."""

    def item_ids_chosen(self) -> list[int]:
        """The items."""


@dataclass(frozen=True)
class Choice:
    """One person whom the form offers, with what a manager wants to know before choosing.

    Attributes:
        weight: the number that stands in the form; empty without any.
        pace: usual seconds an item; None while none of theirs is known.
        room: so many more jobs at most; None without a limit.
    """

    pk: int
    name: str
    is_chosen: bool
    weight: Any
    open_items: int
    pace: timedelta | None
    room: int | None


def choices_of(form: forms.BaseForm, team_id: int, project_id: int) -> list[Choice]:
    """Everybody whom a form with the fields of `SharingForm` offers, in a few queries."""
    offered = list(form.fields["people"].queryset)  # type: ignore[attr-defined]
    chosen = {str(person) for person in form["people"].value() or ()}
    numbers = form["weights"].value() or {}
    weights = numbers if isinstance(numbers, dict) else {}
    keys = [person.pk for person in offered]
    open_items = held_items(team_id, keys, [])
    able = able_people(Wanted(team_id, project_id, keys))
    return [
        Choice(
            person.pk,
            person.name,
            str(person.pk) in chosen,
            weights.get(str(person.pk), weights.get(person.pk, "")),
            open_items[person.pk],
            timedelta(seconds=each.item_seconds) if each.is_pace_known else None,
            each.most_jobs,
        )
        for person, each in zip(offered, able, strict=True)
    ]


@dataclass(frozen=True)
class PersonShare:
    """What one person, or the pool, would get.

    Attributes:
        takes: working time until all that the person has then is done; None for the pool.
        is_guess: whether the pace is that of others, since none of theirs is known.
        is_at_limit: whether a limit keeps them from getting more.
    """

    name: str
    jobs: int = 0
    items: int = 0
    takes: timedelta | None = None
    is_guess: bool = False
    is_at_limit: bool = False


@dataclass(frozen=True)
class Summary:
    """The preview's figures.

    Attributes:
        pooled: items that nobody of the chosen people gets.
    """

    items: int
    jobs: int
    people: Sequence[PersonShare]
    pooled: int
    has_limits: bool


def summary_of(form: SpreadingForm) -> Summary | None:
    """Items, jobs, and who gets how many; None while the form does not fit."""
    if not form.is_valid():
        return None
    sharing = form.sharing()
    able = sharing.able()
    shares = shares_of(sharing, form.item_ids_chosen(), able)
    names = {person.pk: person.name for person in form.cleaned_data["people"]}
    rows = [_row_of(person, names[person.person_id], shares) for person in able]
    pool = [len(share.item_ids) for share in shares if share.person_id is None]
    if pool:
        rows.append(PersonShare(_("pool"), len(pool), sum(pool)))
    return Summary(
        items=len({item for share in shares for item in share.item_ids}),
        jobs=len(shares),
        people=rows,
        pooled=sum(pool),
        has_limits=any(row.is_at_limit for row in rows),
    )


def _row_of(person: Able, name: str, shares: Sequence[Share]) -> PersonShare:
    sizes = [len(share.item_ids) for share in shares if share.person_id == person.person_id]
    items = sum(sizes)
    is_full = person.most_items is not None and items >= person.most_items
    return PersonShare(
        name,
        len(sizes),
        items,
        timedelta(seconds=round(person.seconds_with(items))),
        not person.is_pace_known,
        is_full or (person.most_jobs is not None and len(sizes) >= person.most_jobs),
    )
