"""Pages that show first what they would do with a batch: dividing the rest anew, adding items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.views.verbs import refuse_unless_permitted
from labeling.core.errors import Conflict, Invalid
from labeling.core.http import Request, get_visible_or_404, redirect_htmx, toast
from labeling.core.workflow import Action, Change, actions, out_of_turn, perform
from labeling.jobs.models import Batch
from labeling.jobs.remainder import Part, Proposal, proposed
from labeling.jobs.views.previews import choices_of, summary_of

SHOWN_ERROR = {Conflict: 409, Invalid: 422}


@dataclass(frozen=True)
class Row:
    """What one person, or the pool, has now and would have; see `labeling.jobs.remainder.Part`."""

    name: str
    part: Part
    takes: timedelta | None
    is_guess: bool

    @property
    def step(self) -> int:
        """Items that come, or go."""
        return self.part.items_after - self.part.items_now


@require_http_methods(["GET", "POST"])
def rebalance(request: Request, pk: int) -> HttpResponseBase:
    """Who has what, who would have what; POST does what was seen, or says why not."""
    batch, action = _asked(request, pk, "rebalance")
    if request.method == "GET":
        return _rebalance_page(request, batch, _as_it_is(action, batch, request))
    if "look" in request.POST:
        return _rebalance_page(request, batch, request.POST)
    try:
        change = perform(action, batch, request.actor, request.POST)
    except (Conflict, Invalid) as refusal:
        text = str(refusal.message) if isinstance(refusal, Conflict) else ""
        return _rebalance_page(request, batch, request.POST, text, SHOWN_ERROR[type(refusal)])
    undo = reverse("jobs:batch-verb", args=[batch.pk, "undo-rebalance"])
    toast(request, _told(change), undo_url=None if "operation" in change.note else undo)
    return redirect_htmx(request, batch.get_absolute_url())


@require_POST
def rebalance_preview(request: Request, pk: int) -> HttpResponse:
    """What the form would do, as a partial; changes nothing."""
    batch, _action = _asked(request, pk, "rebalance")
    context = _rebalance_context(request, batch, request.POST)
    return render(request, "jobs/rebalance_preview.html", context)


def _told(change: Change) -> str:
    count = change.note["jobs"]
    text = ngettext(
        "%(count)d job of “%(name)s” moves.", "%(count)d jobs of “%(name)s” move.", count
    )
    return text % {"count": count, "name": change.obj.name}


def _asked(request: Request, pk: int, verb: str) -> tuple[Batch, Action]:
    """The batch and the verb, if the actor may do that to it now."""
    batches = Batch.objects.visible_to(request.actor)
    batch = get_visible_or_404(batches.select_related("team", "dataset__project"), pk)
    action = actions[Batch, verb]
    refuse_unless_permitted(action, batch, request.actor)
    if not action.is_source(batch):
        raise out_of_turn(action, batch)
    return batch, action


def _as_it_is(action: Action, batch: Batch, request: Request) -> QueryDict:
    """The form's beginning as if it had been sent, so that there is a preview at once.

    `?people=` adds people, as the what-if of the batch's page does.
    """
    initial = action.form_kwargs(batch, request.actor)["initial"]
    sent = QueryDict(mutable=True)
    people = [*initial["people"], *request.GET.getlist("people")]
    sent.setlist("people", list(dict.fromkeys(str(person) for person in people)))
    sent["spread"] = initial["spread"]
    for person, number in initial["weights"].items():
        sent[f"weights-{person}"] = str(number)
    return sent


def _rebalance_page(
    request: Request, batch: Batch, sent: QueryDict, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "title": _("Rebalance"),
        "nav": "batches",
        "current_team": batch.team,
        "problem": problem,
        **_rebalance_context(request, batch, sent),
    }
    return render(request, "jobs/rebalance.html", context, status=status)


def _rebalance_context(request: Request, batch: Batch, sent: QueryDict) -> dict[str, Any]:
    action = actions[Batch, "rebalance"]
    form: Any = action.form(sent, **action.form_kwargs(batch, request.actor))
    proposal = proposed(batch, form.wish()) if form.is_valid() else None
    return {
        "batch": batch,
        "form": form,
        "choices": choices_of(form, batch.team_id, batch.project_id),
        "proposal": proposal,
        "rows": rows_of(proposal, request.actor) if proposal else (),
        "seal": proposal.seal() if proposal and proposal.moves else "",
    }


def rows_of(proposal: Proposal, actor: Any) -> Sequence[Row]:
    """A row for each person and the pool; one query for the names."""
    keys = [part.person_id for part in proposal.parts if part.person_id is not None]
    names: Mapping[int, str] = {
        person.pk: person.name for person in User.objects.visible_to(actor).filter(pk__in=keys)
    }
    return [
        Row(
            _("pool") if part.person_id is None else names.get(part.person_id, "–"),
            part,
            None if part.seconds_after is None else timedelta(seconds=round(part.seconds_after)),
            part.able is not None and not part.able.is_pace_known,
        )
        for part in proposal.parts
    ]


@require_http_methods(["GET", "POST"])
def add_items(request: Request, pk: int) -> HttpResponseBase:
    """Which items come in and who gets them, with a preview; POST adds them."""
    batch, action = _asked(request, pk, "add-items")
    if request.method == "GET":
        form = action.form(**action.form_kwargs(batch, request.actor))
        return _add_items_page(request, batch, form)
    try:
        perform(action, batch, request.actor, request.POST)
    except (Conflict, Invalid) as refusal:
        form = action.form(request.POST, **action.form_kwargs(batch, request.actor))
        text = str(refusal.message) if isinstance(refusal, Conflict) else ""
        return _add_items_page(request, batch, form, text, SHOWN_ERROR[type(refusal)])
    toast(request, _("The items are being added to “%s”.") % batch.name)
    return redirect_htmx(request, batch.get_absolute_url())


@require_POST
def add_items_preview(request: Request, pk: int) -> HttpResponse:
    """What the form would add, as a partial; changes nothing."""
    batch, action = _asked(request, pk, "add-items")
    form: Any = action.form(request.POST, **action.form_kwargs(batch, request.actor))
    return render(request, "jobs/batch_preview.html", {"form": form, "summary": summary_of(form)})


def _add_items_page(
    request: Request, batch: Batch, form: Any, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "title": _("Add items"),
        "nav": "batches",
        "current_team": batch.team,
        "batch": batch,
        "form": form,
        "choices": choices_of(form, batch.team_id, batch.project_id),
        "problem": problem,
    }
    return render(request, "jobs/add_items.html", context, status=status)
