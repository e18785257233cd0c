"""Recorded histories: one JSON line with the plan, then one for each event.

{"plan": {"timezone": "UTC", "people": [ids], "batches": [{"id", "items", "priority",
 "people": [ids], "review": bool, "launched_at"}]}}
{"at": ISO 8601, "person": id, "batch": id, "event": "done" | "accepted" | "rejected",
 "item": id}
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from labeling.jobs.eta.facts import Acts, Did

MOST = 2**53
"""Larger numbers are no ids; floating-point columns would not hold them."""
WRONG = (KeyError, TypeError, ValueError, OverflowError, RecursionError, OSError)
EVENTS = {did.name.lower(): did for did in Did}


class BadHistory(Exception):
    """A line is not as it should be; the text names file and line and says what is expected."""


@dataclass(frozen=True)
class PlannedBatch:
    """A batch of the plan; `launched` is in seconds since 1970, of `priority` 1 goes first."""

    id: int
    items: int
    priority: int
    people: tuple[int, ...]
    review: bool
    launched: float


@dataclass(frozen=True)
class History:
    """A plan and what happened; `items` has the item of each act."""

    zone: ZoneInfo
    people: tuple[int, ...]
    batches: Mapping[int, PlannedBatch]
    acts: Acts
    items: tuple[int | str, ...]


def read_history(name: str, lines: Iterable[str]) -> History:
    """The history in these lines.

    Arguments:
        name: the file's, for what is said when a line is wrong.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    number, first = next(numbered, (1, ""))
    try:
        plan = _object(first)["plan"]
        zone = _zone(plan["timezone"])
        people = tuple(_whole(person) for person in plan["people"])
        batches = {batch.id: batch for batch in map(_batch, plan["batches"])}
        if len(batches) != len(plan["batches"]):
            raise ValueError("two batches have the same id")
    except WRONG as error:
        raise BadHistory(_told(name, number, "the plan", error)) from error
    rows, items, last = [], [], float("-inf")
    for number, line in numbered:
        try:
            row, item = _event(_object(line), batches, last)
        except WRONG as error:
            raise BadHistory(_told(name, number, "an event", error)) from error
        last = row[0]
        rows.append(row)
        items.append(item)
    return History(zone, people, batches, Acts.of(rows), tuple(items))


def _object(line: str) -> dict[str, Any]:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise TypeError("not a JSON object")
    return found


def _zone(given: object) -> ZoneInfo:
    if not isinstance(given, str):
        raise TypeError("`timezone` is a name such as UTC or Europe/Berlin")
    try:
        return ZoneInfo(given)
    except ZoneInfoNotFoundError as error:
        raise ValueError(f"there is no time zone {given!r}") from error


def _batch(given: Mapping[str, Any]) -> PlannedBatch:
    if not isinstance(given["review"], bool):
        raise TypeError("`review` is true or false")
    if _whole(given["items"]) < 1:
        raise ValueError("`items` is at least 1")
    return PlannedBatch(
        _whole(given["id"]),
        given["items"],
        _whole(given["priority"]),
        tuple(_whole(person) for person in given["people"]),
        given["review"],
        _seconds(given["launched_at"]),
    )


def _event(
    given: Mapping[str, Any], batches: Mapping[int, PlannedBatch], last: float
) -> tuple[tuple[float, int, int, int], int | str]:
    at, batch, item = _seconds(given["at"]), _whole(given["batch"]), given["item"]
    if batch not in batches:
        raise ValueError(f"batch {batch} is not in the plan")
    if given["event"] not in EVENTS:
        raise ValueError(f"`event` is one of {', '.join(EVENTS)}, not {given['event']!r}")
    if not isinstance(item, int | str):
        raise TypeError("`item` is a number or a text")
    if at < last:
        raise ValueError("events are in time order, this one is earlier than the one before")
    if at < batches[batch].launched:
        raise ValueError(f"batch {batch} is launched later than this")
    did = EVENTS[given["event"]]
    if did is not Did.DONE and not batches[batch].review:
        raise ValueError(f"batch {batch} is not reviewed")
    return (at, _whole(given["person"]), batch, did), item


def _whole(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError(f"expected a whole number, got {given!r}")
    if abs(given) > MOST:
        raise ValueError(f"the number {str(given)[:20]}... is too large")
    return given


def _seconds(given: object) -> float:
    if not isinstance(given, str):
        raise TypeError(f"expected a time in ISO 8601, got {given!r}")
    at = datetime.fromisoformat(given)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _told(name: str, number: int, what: str, error: Exception) -> str:
    why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    if isinstance(error, RecursionError):
        why = "it is nested too deeply"
    return f"{name}, line {number}: this is not {what}: {why}."
