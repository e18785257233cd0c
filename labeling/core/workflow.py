"""The one way to change something: actions, and the function that performs them.

An action is a class: its verb, its label, who may (capability), from which states (sources) to
which (target), with which input (form), and what else happens (effect). Pages, REST, the admin
and the vendors' edges all call `perform`, so they cannot disagree about a rule.

`perform` runs in one transaction:

1. re-read the object;
2. capability of the actor in the object's team, else Forbidden;
3. the input through the action's form, else Invalid;
4. the action's own rules about this object (`refusal`, `obstacle`), else Forbidden or Conflict;
5. compare-and-set: `filter(pk, <sources>).update(<target>) == 1`, else Conflict. One UPDATE whose
   WHERE holds the expected state decides every race, on SQLite as on PostgreSQL;
6. the effect;
7. one line of history for each registered recorder.

`labeling.core.bulk_workflow.perform_many` takes the same steps, with the same rules, for many
objects at once.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django import forms
from django.db import models, transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from labeling.core.badges import badge_of
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.registry import Registry


class ActorLike(Protocol):
    """Who asks: a user with what they may do in each of their teams."""

    @property
    def user(self) -> Any:
        """The account behind the request."""

    def can(self, capability: Any, team_id: int) -> bool:
        """Whether the actor's role in that team holds the capability."""


class NoInput(forms.Form):
    """The form of a verb that needs nothing but its object."""


@dataclass
class Change:
    """One performed action: what an effect reads and the history records.

    Attributes:
        before: the object's state before, as `Action.state_of` words it.
        data: the form's cleaned data.
        note: facts for the history line; effects add to it.
        outcome: whatever an effect made and the caller wants (a new job, a batch).
    """

    action: "Action"
    obj: Any
    actor: Any
    data: Mapping[str, Any]
    at: datetime
    before: str
    after: str = ""
    note: dict[str, Any] = field(default_factory=dict)
    outcome: Any = None


class Action:
    """One verb on one model. Subclasses are declarations; `perform` does the work.

    Attributes:
        verb: the name everywhere: URL, REST, event, test file. Words joined by hyphens.
        state_fields: the columns that make up the state; empty when the verb has no state rule.
        sources: allowed values of `state_fields`, as tuples; empty means any.
        target: the values that `state_fields` get; None leaves them.
        capability: what the actor's role must hold in the object's team.
        destructive: shown last and in red.
        undo: the verb that takes this one back, offered in the toast.
        order: place among the buttons; the same in every list and page.
        recorded: whether it leaves a line in the history.
        leads_to: in words, for the README's table, where `target` cannot say it.
        outcome_model: what `Change.outcome` is, for verbs that make something; REST answers it.
        by_rest: whether REST draws its route by itself; False where another address serves it.
        in_bulk: whether `perform_many` changes all its objects in a few queries. Such an action
            promises that its rules read only what the object and `needs` hold in memory, that
            its form asks nothing of the object beyond `input_scope`, that `changes` are values
            (of a foreign key: the object) rather than expressions, and that its `effects` take a
            few queries for all changes together and refuse none.
        needs: relations that the rules read; fetched for all objects at once in bulk.
        has_page: whether its form is a page of its own rather than a dialog.
        is_offered: whether it stands among the buttons; verbs that only take something back are
            offered where that was done.
    """

    verb: ClassVar[str]
    label: ClassVar[Any]
    description: ClassVar[Any] = ""
    model: ClassVar[type[models.Model]]
    capability: ClassVar[Any]
    form: ClassVar[type[forms.BaseForm]] = NoInput
    state_fields: ClassVar[tuple[str, ...]] = ()
    sources: ClassVar[Collection[tuple[Any, ...]]] = ()
    target: ClassVar[tuple[Any, ...] | None] = None
    leads_to: ClassVar[str] = ""
    destructive: ClassVar[bool] = False
    primary: ClassVar[bool] = False
    undo: ClassVar[str | None] = None
    order: ClassVar[int] = 50
    recorded: ClassVar[bool] = True
    outcome_model: ClassVar[type[models.Model] | None] = None
    by_rest: ClassVar[bool] = True
    in_bulk: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    has_page: ClassVar[bool] = False
    is_offered: ClassVar[bool] = True

    def team_id(self, obj: Any) -> int:
        """The team whose role table decides; objects without a `team_id` override this."""
        return int(obj.team_id)

    def state_of(self, obj: Any) -> str:
        """The object's state in one word or two, for messages and history."""
        return " ".join(str(getattr(obj, name)) for name in self.state_fields)

    def condition(self) -> Q:
        """What must hold in the database at the moment of change."""
        allowed = Q()
        for source in self.sources:
            allowed |= Q(**dict(zip(self.state_fields, source, strict=True)))
        return allowed

    def is_source(self, obj: Any) -> bool:
        """The same as `condition`, asked of an object in memory (for drawing buttons)."""
        if not self.sources:
            return True
        return tuple(getattr(obj, name) for name in self.state_fields) in self.sources

    def permits(self, obj: Any, actor: Any) -> bool:
        """Whether the actor's role allows the verb on this object."""
        return bool(actor.can(self.capability, self.team_id(obj)))

    def refusal(self, obj: Any, actor: Any) -> Any | None:
        """A reason why this actor may not do this to this object, or None. Shown as a 403."""
        return None

    def obstacle(self, obj: Any) -> Any | None:
        """A reason why this cannot be done to this object now, or None. Shown as a 409.

        Asked for every button of every row, so it reads only what the object has in memory.
        """
        return None

    def is_apart(self, obj: Any, cleaned: Mapping[str, Any]) -> bool:
        """Whether a bulk performs this object by itself, after those that it changes together.

        For rules that look at what the bulk itself changes, such as how much somebody has then.
        Asked of actions that are `in_bulk`, of what the object and `needs` hold in memory.
        """
        return False

    def form_kwargs(self, obj: Any, actor: Any) -> dict[str, Any]:
        """Keyword arguments for the form, such as the querysets that its choices come from."""
        return {}

    def input_scope(self, obj: Any) -> Hashable:
        """What of the object its form depends on: where it is equal, so is what input becomes."""
        return obj.pk  # type: ignore[no-any-return]

    def check(self, change: Change) -> None:
        """A rule that needs the input; raises a WorkflowError."""

    def guard(self, change: Change) -> Q:
        """More that must hold in the database, known only with this object (its version, say)."""
        return Q()

    def changes(self, change: Change) -> dict[str, Any]:
        """Columns that the compare-and-set writes besides the target state."""
        return {}

    def effect(self, change: Change) -> None:
        """What else happens, in the same transaction."""

    def effects(self, changes: Sequence[Change]) -> None:
        """What else happens when many objects change at once; of one it is asked as well.

        An action overrides this or `effect`, never both.
        """
        for change in changes:
            self.effect(change)


actions: Registry[tuple[type[models.Model], str], Action] = Registry("action")

Recorder = Callable[[Sequence[Change]], None]
recorders: list[Recorder] = []


def register(action: type[Action]) -> type[Action]:
    """Class decorator: puts an instance of the action into the registry."""
    actions.add((action.model, action.verb), action())
    return action


def find(model: type[models.Model], verb: str) -> Action | None:
    """The action of that verb on that model, or None."""
    return actions.get((model, verb))


def actions_of(model: type[models.Model]) -> list[Action]:
    """All actions of a model in the order of their buttons."""
    found = [action for (owner, _verb), action in actions.items() if owner is model]
    return sorted(found, key=lambda action: (action.destructive, action.order, action.verb))


def verbs_for(obj: models.Model, actor: Any) -> list[Action]:
    """The actions that this actor may perform on this object now, in the order of the buttons."""
    offered = (action for action in actions_of(type(obj)) if action.is_offered)
    return [action for action in offered if allows(action, obj, actor)]


def allows(action: Action, obj: Any, actor: Any) -> bool:
    """Whether the verb would be accepted now, given fitting input."""
    possible = action.is_source(obj) and action.obstacle(obj) is None
    return possible and action.permits(obj, actor) and action.refusal(obj, actor) is None


def perform(
    action: Action,
    obj: models.Model,
    actor: Any,
    data: Mapping[str, Any] | None = None,
    files: Any = None,
    *,
    at: datetime | None = None,
) -> Change:
    """Perform a verb on an object: see the module's text for the steps.

    Arguments:
        obj: any copy of the object; it is read again inside the transaction.
        data: raw input, as a request or a script sends it.
        at: when it happened, for histories that are told afterwards; now when None.

    Raises:
        Forbidden, Invalid, Conflict: nothing was changed then.
    """
    with transaction.atomic():
        fresh = type(obj)._default_manager.filter(pk=obj.pk).first()
        if fresh is None:
            raise Conflict(_("It was deleted meanwhile."), state="deleted")
        change = judged(
            action,
            fresh,
            actor,
            lambda: validated(action, fresh, actor, data, files),
            at or timezone.now(),
        )
        _compare_and_set(change)
        conclude(action, [change])
    return change


def judged(
    action: Action, obj: Any, actor: Any, cleaned: Callable[[], Mapping[str, Any]], at: datetime
) -> Change:
    """The change that is about to be made, if every rule about it allows it; steps 2 to 4.

    Arguments:
        obj: as it stands in the database in this transaction.
        cleaned: gives the input, once the actor is known to be allowed.

    Raises:
        Forbidden, Invalid, Conflict
    """
    if not action.permits(obj, actor):
        raise Forbidden(_("Your role in this team does not allow this: %s") % action.label)
    change = Change(action, obj, actor, cleaned(), at, action.state_of(obj))
    if not action.is_source(obj):
        raise out_of_turn(action, obj)
    reason = action.refusal(obj, actor)
    if reason is not None:
        raise Forbidden(reason)
    obstacle = action.obstacle(obj)
    if obstacle is not None:
        raise Conflict(obstacle, state=change.before)
    action.check(change)
    return change


def conclude(action: Action, changes: Sequence[Change]) -> None:
    """The effects of changes that are set, and their history; steps 6 and 7."""
    action.effects(changes)
    for change in changes:
        change.after = action.state_of(change.obj)
    if action.recorded:
        for record in recorders:
            record(changes)


def validated(
    action: Action, obj: Any, actor: Any, data: Mapping[str, Any] | None, files: Any = None
) -> Mapping[str, Any]:
    """The input through the action's form.

    Raises:
        Invalid: with the form's errors by field.
    """
    form = action.form(
        data=_as_form_data(data or {}), files=files, **action.form_kwargs(obj, actor)
    )
    if not form.is_valid():
        raise Invalid(form.errors)
    cleaned: Mapping[str, Any] = form.cleaned_data
    return cleaned


def _as_form_data(data: Mapping[str, Any]) -> QueryDict:
    """Scripts send JSON, pages send forms: lists become repeated values, None is left out.

    Numbers become texts, as a page sends them: form fields count on that. Objects stay objects.
    """
    if isinstance(data, QueryDict):
        return data
    query = QueryDict(mutable=True)
    for name, value in data.items():
        if isinstance(value, list | tuple):
            query.setlist(name, [str(part) for part in value])
        elif value is not None:
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            query[name] = str(value) if is_number else value
    return query


def out_of_turn(action: Action, obj: Any) -> Conflict:
    """The 409 that says what the state is: to scripts by its name, to people as its badge does."""
    state = action.state_of(obj)
    shown = badge_of(obj).word if hasattr(obj, "badge") else state.replace("_", " ")
    message = _("“%(label)s” is not possible now: it is %(state)s.") % {
        "label": action.label,
        "state": shown,
    }
    return Conflict(message, state=state)


def columns(change: Change) -> dict[str, Any]:
    """The columns that the compare-and-set writes, with their new values."""
    action = change.action
    values = dict(action.changes(change))
    if action.target is not None:
        values.update(zip(action.state_fields, action.target, strict=True))
    return values


def _compare_and_set(change: Change) -> None:
    action, obj = change.action, change.obj
    values = columns(change)
    if not values:
        return
    expected = type(obj)._default_manager.filter(
        action.condition(), action.guard(change), pk=obj.pk
    )
    rows = expected.update(**values)
    obj.refresh_from_db()
    if rows != 1:
        raise beaten(action, obj)


def beaten(action: Action, obj: Any) -> Conflict:
    """The 409 after a lost compare-and-set, from the object as it is now."""
    if not action.is_source(obj):
        return out_of_turn(action, obj)
    return Conflict(
        _("Somebody changed this at the same moment. Look at it again."),
        state=action.state_of(obj),
    )
