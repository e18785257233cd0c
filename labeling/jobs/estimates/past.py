"""What was done lately in a team, and who had something to do when: read from the history."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, F, Max, Min, Q, Sum

from labeling.jobs.eta.days import DAY, PRESENT_SECONDS
from labeling.jobs.eta.facts import Acts, Did, Launch
from labeling.jobs.eta.paces import gaps_of
from labeling.jobs.models import Event, Job
from labeling.jobs.states import Stage, State

WINDOW = timedelta(days=42)
"""Older work says nothing about next week."""
MOST_EVENTS = 60_000
"""Of a larger team the newest are enough."""
MOST_REVIEWS = 5_000
"""Of more jobs that were handed in the newest tell when there was something to review."""
MOST_AT_ONCE = 1_000
"""So many of the items that were accepted with one click count; more would say no more."""

DID: Mapping[str, Did] = {
    "confirm-item": Did.DONE,
    "skip-item": Did.DONE,
    "accept-item": Did.ACCEPTED,
    "reject-item": Did.REJECTED,
}
COMPLETE = "complete"


@dataclass(frozen=True)
class Past:
    """What a team did.

    Attributes:
        done, decided: items by person.
    """

    acts: Acts
    done: Mapping[int, int]
    decided: Mapping[int, int]


def past_of(team_id: int, now: datetime) -> Past:
    """The acts of the window, in one query."""
    events = Event.objects.filter(
        Q(verb__in=DID) | Q(verb=COMPLETE, data__has_key="accepted_rest"),
        team=team_id,
        at__gt=now - WINDOW,
        at__lte=now,
        actor__isnull=False,
        batch__isnull=False,
    )
    newest = events.order_by("-at").values_list("at", "actor", "batch", "verb", "data")
    rows = list(_acts(newest[:MOST_EVENTS]))
    rows.reverse()
    done = Counter(person for _at, person, _batch, did in rows if did == Did.DONE)
    decided = Counter(person for _at, person, _batch, did in rows if did != Did.DONE)
    return Past(Acts.of(rows), done, decided)


def _acts(rows: Any) -> Iterator[tuple[float, int, int, int]]:
    for at, person, batch, verb, data in rows.iterator(chunk_size=5_000):
        if verb != COMPLETE:
            yield at.timestamp(), person, batch, DID[verb]
            continue
        # Whoever completes a job may accept what is left of it with one click.
        for _item in range(min(int(data["accepted_rest"] or 0), MOST_AT_ONCE)):
            yield at.timestamp(), person, batch, Did.ACCEPTED


@dataclass(frozen=True)
class Turn:
    """What one person had of one batch; a person of None is the pool.

    Attributes:
        since, until: seconds since 1970; `until` is None while it is not handed in.
    """

    batch: int
    person: int | None
    level: int
    items: int
    since: float
    until: float | None


def turns_of(team_id: int, now: datetime) -> list[Turn]:
    """Who had something to do when, by batch; in one query over the jobs of the window."""
    since = now - WINDOW
    jobs = Job.objects.filter(team=team_id).filter(
        Q(submitted_at=None, archived_at=None) | Q(submitted_at__gte=since)
    )
    grouped = (
        jobs.order_by()
        .values("batch", "annotator", level=6 - F("batch__priority"))
        .annotate(
            total=Sum("items"),
            made=Min("created_at"),
            begun=Min("started_at"),
            ended=Max("submitted_at"),
            open=Count("pk", filter=Q(submitted_at=None)),
        )
    )
    return [
        Turn(
            row["batch"],
            row["annotator"],
            row["level"],
            row["total"] or 0,
            min(each for each in (row["made"], row["begun"]) if each).timestamp(),
            None if row["open"] or row["ended"] is None else row["ended"].timestamp(),
        )
        for row in grouped
    ]


def reviews_of(team_id: int, now: datetime) -> list[Turn]:
    """When jobs waited for a decision, the newest first; a person of None is any reviewer."""
    handed_in = Job.objects.filter(
        team=team_id, archived_at=None, submitted_at__gt=now - WINDOW, batch__needs_review=True
    ).exclude(stage=Stage.ANNOTATION, state__in=(State.NEW, State.IN_PROGRESS, State.REJECTED))
    columns = ("batch", "reviewer", "items", "submitted_at", "completed_at")
    rows = handed_in.order_by("-submitted_at").values_list(*columns)[:MOST_REVIEWS]
    return [
        Turn(batch, person, 0, items, since.timestamp(), until and until.timestamp())
        for batch, person, items, since, until in rows
        if since is not None
    ]


def idle_of(
    past: Past, turns: list[Turn], reviews: list[Turn], labelers: set[int], now: datetime
) -> dict[int, list[tuple[float, float]]]:
    """By person the spans of the window in which they had nothing to do.

    Who never worked long enough on a day to be told from somebody who looked in by chance says
    nothing about when they work, as if there had been nothing to do.

    Arguments:
        labelers: who takes from the pool.
    """
    end, begin = now.timestamp(), (now - WINDOW).timestamp()
    pool = [(turn.since, turn.until or end) for turn in turns if turn.person is None]
    for_any = [(turn.since, turn.until or end) for turn in reviews if turn.person is None]
    busy: dict[int, list[tuple[float, float]]] = {}
    for turn in (*turns, *reviews):
        if turn.person is not None:
            busy.setdefault(turn.person, []).append((turn.since, turn.until or end))
    steady = _steady(past.acts)
    found = {}
    for person in {*busy, *past.done, *past.decided}:
        spans = busy.get(person, [])
        if person in labelers:
            spans = [*spans, *pool]
        if person in past.decided:
            spans = [*spans, *for_any]
        found[person] = _between(sorted(spans) if person in steady else [], begin, end)
    return found


def _steady(acts: Acts) -> set[int]:
    """Who worked on some day long enough to count as there."""
    if not len(acts):
        return set()
    gaps = gaps_of(acts)
    people, place = np.unique(gaps.acts.person, return_inverse=True)
    day = (gaps.acts.at // DAY).astype(np.int64)
    day -= day.min()
    worked = np.zeros((len(people), int(day.max()) + 1))
    np.add.at(worked, (place.reshape(-1), day), gaps.took)
    return set(people[worked.max(axis=1) > PRESENT_SECONDS].tolist())


def _between(
    spans: list[tuple[float, float]], begin: float, end: float
) -> list[tuple[float, float]]:
    """What sorted spans leave free from `begin` to `end`."""
    free = []
    at = begin
    for start, stop in spans:
        if start > at:
            free.append((at, min(start, end)))
        at = max(at, stop)
        if at >= end:
            return free
    free.append((at, end))
    return free


def launches_of(turns: list[Turn], labelers: list[int], now: datetime) -> list[Launch]:
    """The batches that began in the window: what may come again."""
    by_batch: dict[int, list[Turn]] = {}
    for turn in turns:
        by_batch.setdefault(turn.batch, []).append(turn)
    begin = (now - WINDOW).timestamp()
    found = []
    for batch, parts in by_batch.items():
        at = min(turn.since for turn in parts)
        people = [turn.person for turn in parts if turn.person is not None]
        if any(turn.person is None for turn in parts):
            people = list(dict.fromkeys([*people, *labelers]))
        if at > begin and people:
            items = sum(turn.items for turn in parts)
            found.append(Launch(at, batch, parts[0].level, items, people))
    return found
