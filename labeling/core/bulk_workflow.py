"""One verb on many objects at once, by the very rules of `perform`.

`perform_many` asks each object the same hooks of the action, in the same order, and answers for
each what `perform` would have. What differs is how often the database is asked:

1. one SELECT that holds the objects, in the order of their keys, so that nobody who does the same
   can stand in a circle of waiting; what the rules read besides comes in one query a relation;
2. the input goes through the form once for each different input, not once an object;
3. one compare-and-set UPDATE for up to GROUPS_AT_ONCE different values and guards. Its WHERE holds
   the expected state as that of `perform` does. An object that somebody changed all the same (a
   database without row locks) loses alone: its answer is the Conflict;
4. the effects and the history lines of all changes together.

That holds for actions that declare `in_bulk`. The others are performed one after the other.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any

from django.db import connections, models, transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from labeling.core.collecting import collector_resting
from labeling.core.errors import WorkflowError
from labeling.core.key_lists import among
from labeling.core.workflow import (
    Action,
    Change,
    beaten,
    columns,
    conclude,
    judged,
    perform,
    validated,
)

GROUPS_AT_ONCE = 200
"""Different values and guards in one UPDATE; databases bound how long a condition may be."""

ATTEMPTS = 3

Input = Mapping[str, Any]
Answer = Change | WorkflowError


def perform_many(
    action: Action,
    objects: QuerySet[Any],
    actor: Any,
    data: Input | Callable[[Any], Input | None] | None = None,
    *,
    at: datetime | None = None,
) -> dict[Any, Answer]:
    """Perform a verb on many objects, each by itself: some may be refused while others change.

    Arguments:
        objects: which; no slice. They are read and held inside the transaction. Columns that no
            rule reads may be deferred; one that a rule reads would be fetched object by object.
        data: raw input for all; or asked of each object once it is held, where None leaves that
            object alone.
        at: when it happened; now when None.

    Returns:
        By key what `perform` would have returned or raised; nothing for objects that are not
        there, or were left alone.
    """
    with transaction.atomic(savepoint=False), collector_resting():
        asked = _asked(_held(action, objects), data)
        if action.in_bulk:
            return _Bulk(action, actor, at or timezone.now()).perform(asked)
        return {obj.pk: _performed(action, obj, actor, given, at) for obj, given in asked}


def _held(action: Action, objects: QuerySet[Any]) -> list[Any]:
    # Lines of history refer to these rows meanwhile, which a lock on their keys would hold up.
    held = list(objects.order_by("pk").select_for_update(no_key=True, of=("self",)))
    for name in action.needs:
        _relate(held, action.model._meta.get_field(name))
    return held


def _relate(objects: Sequence[Any], relation: Any) -> None:
    """Fetch what a foreign key of the objects leads to, in one query."""
    keys = {key for obj in objects if (key := getattr(obj, relation.attname)) is not None}
    related = relation.related_model._base_manager.in_bulk(keys)
    for obj in objects:
        relation.set_cached_value(obj, related.get(getattr(obj, relation.attname)))


def _asked(held: Iterable[Any], data: Any) -> list[tuple[Any, Input]]:
    """The objects that are wanted changed, each with its input."""
    if not callable(data):
        return [(obj, data or {}) for obj in held]
    pairs = ((obj, data(obj)) for obj in held)
    return [(obj, given) for obj, given in pairs if given is not None]


def _performed(action: Action, obj: Any, actor: Any, given: Input, at: datetime | None) -> Answer:
    try:
        return perform(action, obj, actor, given, at=at)
    except WorkflowError as refusal:
        return refusal


@dataclass
class _Group:
    """Changes that set the same values under the same guard."""

    values: Mapping[str, Any]
    guard: Q
    changes: list[Change] = field(default_factory=list)
    keys: list[Any] = field(default_factory=list)


class _Beaten(Exception):
    """An UPDATE met fewer rows than it was about."""


class _Bulk:
    """One call of `perform_many`."""

    def __init__(self, action: Action, actor: Any, at: datetime) -> None:
        self.action, self.actor, self.at = action, actor, at
        self.inputs: dict[Hashable, Input | WorkflowError] = {}
        self.answers: dict[Any, Answer] = {}
        self.apart: list[tuple[Any, Input]] = []

    def perform(self, asked: Sequence[tuple[Any, Input]]) -> dict[Any, Answer]:
        """Judge, set, conclude; then those that want it by themselves."""
        done = self.set(list(self.judge(asked)))
        conclude(self.action, done)
        for obj, given in self.apart:
            self.answers[obj.pk] = _performed(self.action, obj, self.actor, given, self.at)
        return self.answers | {change.obj.pk: change for change in done}

    def judge(self, asked: Sequence[tuple[Any, Input]]) -> Iterator[Change]:
        """The changes that the rules allow; the others have their answer."""
        for obj, given in asked:
            try:
                cleaned = partial(self.cleaned, obj, given)
                change = judged(self.action, obj, self.actor, cleaned, self.at)
                if self.action.is_apart(obj, change.data):
                    self.apart.append((obj, given))
                else:
                    yield change
            except WorkflowError as refusal:
                self.answers[obj.pk] = refusal

    def cleaned(self, obj: Any, given: Input) -> Input:
        """The input through the form, asked once for objects that it cannot tell apart.

        Raises:
            Invalid: as the form says.
        """
        key = (self.action.input_scope(obj), _key(given))
        if key not in self.inputs:
            try:
                self.inputs[key] = validated(self.action, obj, self.actor, given)
            except WorkflowError as refusal:
                self.inputs[key] = refusal
        found = self.inputs[key]
        if isinstance(found, WorkflowError):
            raise found
        return found

    def set(self, changes: list[Change]) -> list[Change]:
        """Compare and set; answers those that were set."""
        left = changes
        for _attempt in range(ATTEMPTS):
            groups = _grouped(left)
            try:
                with transaction.atomic():
                    for lot in _lots(groups):
                        self.update(lot)
            except _Beaten:
                left = self.still(groups)
            else:
                self.remember(groups)
                break
        else:
            left = []
        self.answer_beaten(changes, left)
        return left

    def update(self, lot: Sequence[_Group]) -> None:
        """One UPDATE of several groups.

        Raises:
            _Beaten: somebody changed one of the objects since it was read.
        """
        values = _assigned(self.action.model, lot)
        count = sum(len(group.changes) for group in lot)
        if values and self.rows(lot).update(**values) != count:
            raise _Beaten

    def rows(self, lot: Sequence[_Group]) -> QuerySet[Any]:
        """The objects of the groups, if they still are as the rules saw them."""
        where = Q()
        for group in lot:
            where |= Q(group.guard, pk__in=among(group.keys))
        return self.action.model._default_manager.filter(self.action.condition(), where)

    def still(self, groups: Sequence[_Group]) -> list[Change]:
        """The changes whose objects are as the rules saw them."""
        found: set[Any] = set()
        for lot in _lots(groups):
            found.update(self.rows(lot).values_list("pk", flat=True))
        return [change for group in groups for change in group.changes if change.obj.pk in found]

    def remember(self, groups: Sequence[_Group]) -> None:
        """Let the objects in memory follow their rows."""
        meta = self.action.model._meta
        generated = [each.attname for each in meta.concrete_fields if each.generated]
        for group in groups:
            stored, related = _as_stored(self.action.model, group.values)
            for change in group.changes:
                known, cache = change.obj.__dict__, change.obj._state.fields_cache
                known.update(stored)
                for name in generated:  # read again when somebody asks for it
                    known.pop(name, None)
                for name, value in related.items():
                    cache[name] = value

    def answer_beaten(self, changes: Sequence[Change], left: Sequence[Change]) -> None:
        """The Conflict of each object that somebody changed at the same moment."""
        if len(left) == len(changes):
            return
        kept = {change.obj.pk for change in left}
        for change in changes:
            if change.obj.pk not in kept:
                change.obj.refresh_from_db()
                self.answers[change.obj.pk] = beaten(self.action, change.obj)


def _grouped(changes: Iterable[Change]) -> list[_Group]:
    groups: dict[Hashable, _Group] = {}
    for change in changes:
        values, guard = columns(change), change.action.guard(change)
        # A Q's own hash takes it apart, far slower than all the rest of the work on a row.
        key: Hashable = (*values.items(), guard.connector, guard.negated, *guard.children)
        try:
            group = groups.get(key)
        except TypeError:  # a value that cannot be compared: a group of its own
            key = (id(change),)
            group = None
        if group is None:
            group = groups[key] = _Group(values, guard)
        group.changes.append(change)
        group.keys.append(change.obj.pk)
    return list(groups.values())


def _lots(groups: Iterable[_Group]) -> Iterator[list[_Group]]:
    """Groups that one UPDATE can set: they write the same columns, and are not too many."""
    by_columns: dict[tuple[str, ...], list[_Group]] = {}
    for group in groups:
        by_columns.setdefault(tuple(group.values), []).append(group)
    for alike in by_columns.values():
        for at in range(0, len(alike), GROUPS_AT_ONCE):
            yield alike[at : at + GROUPS_AT_ONCE]


def _assigned(model: type[models.Model], lot: Sequence[_Group]) -> dict[str, Any]:
    """What each column is set to: the one value of all groups, or a case for each value."""
    assigned = {}
    for name in lot[0].values:
        found: dict[Hashable, tuple[Any, list[Any]]] = {}
        for group in lot:
            value = group.values[name]
            found.setdefault(_hashable(value), (value, []))[1].extend(group.keys)
        cases = list(found.values())
        assigned[name] = cases[0][0] if len(cases) == 1 else _case(model, name, cases)
    return assigned


def _case(model: type[models.Model], name: str, cases: Iterable[tuple[Any, list[Any]]]) -> Any:
    column: Any = model._meta.get_field(name)
    target = getattr(column, "target_field", column)
    whens = []
    for value, keys in cases:
        raw = value.pk if isinstance(value, models.Model) else value
        whens.append(When(pk__in=among(keys), then=Value(raw, output_field=target)))
    case = Case(*whens, output_field=target)
    features = connections[model._default_manager.db].features
    return Cast(case, output_field=target) if features.requires_casted_case_in_updates else case


def _key(values: Mapping[str, Any]) -> Hashable:
    """Equal for mappings that are equal, as far as their values can be compared at all."""
    key = tuple(values.items())
    return key if isinstance(_hashable(key), tuple) else id(values)


def _hashable(value: Any) -> Hashable:
    """The value itself, or what only the same object is equal to."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return value  # type: ignore[no-any-return]


def _as_stored(
    model: type[models.Model], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values as the database gives them back, by attribute; and the objects of foreign keys."""
    stored, related = {}, {}
    for name, value in values.items():
        column: Any = model._meta.get_field(name)
        if column.is_relation:
            related[column.cache_name] = value
            value = None if value is None else value.pk
        stored[column.attname] = value.value if isinstance(value, Enum) else value
    return stored, related
