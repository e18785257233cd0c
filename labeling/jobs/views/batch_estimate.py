"""When a batch is finished: the part of its page, the figures behind the picture, and what if."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.roles import Capability
from labeling.core.http import Request, get_visible_or_404, render_page
from labeling.core.listing import Column
from labeling.core.listing.csv_stream import csv_response
from labeling.core.workflow import actions, allows, find
from labeling.jobs.actions.base import people_who
from labeling.jobs.dashboards import with_progress
from labeling.jobs.estimates.burn_up import BurnUp, burn_up_of
from labeling.jobs.estimates.reading import FINISHED, batch_estimates, standing_of
from labeling.jobs.estimates.what_if import Outcome, Wish, what_if
from labeling.jobs.models import Batch, Forecast
from labeling.jobs.states import ForecastOf, Priority

POLL_SECONDS = 30

BURN_UP_COLUMNS = (
    Column("when", gettext_lazy("When"), lambda row: row[0]),
    Column("what", gettext_lazy("What"), lambda row: row[1]),
    Column("done", gettext_lazy("Done"), lambda row: row[2]),
    Column("accepted", gettext_lazy("Accepted"), lambda row: row[3]),
)


@require_GET
def batch_estimate(request: Request, pk: int) -> HttpResponse:
    """The part of a batch's page that says when it is finished, as it refreshes itself."""
    return render(
        request, "jobs/batch_estimate.html", estimate_context(request, _batch(request, pk))
    )


@require_GET
def burn_up(request: Request, pk: int) -> HttpResponseBase:
    """The figures behind the picture, as a table and as a file."""
    batch = _batch(request, pk)
    context = estimate_context(request, batch)
    drawn: BurnUp | None = context["burn_up"]
    rows = drawn.table() if drawn is not None else []
    if request.GET.get("format") == "csv":
        return csv_response(rows, BURN_UP_COLUMNS, f"burn-up-{batch.pk}", lambda _rows: None)
    return render(request, "jobs/burn_up.html", {**context, "title": _("Burn-up"), "rows": rows})


def estimate_context(request: Request, batch: Batch) -> dict[str, Any]:
    """What says when a batch is finished: the stored estimate, what it rests on, and the picture.

    Arguments:
        batch: with the sums of its jobs.
    """
    stored = Forecast.objects.visible_to(request.actor).filter(
        of=ForecastOf.BATCH, subject_id=batch.pk
    )
    is_finished = batch.status in FINISHED
    forecast = None if is_finished else stored.first()
    drawn = burn_up_of(batch, forecast, batch.items, timezone.now())  # type: ignore[attr-defined]
    return {
        "batch": batch,
        "current_team": batch.team,
        "nav": "batches",
        "estimate": batch_estimates([batch]).get(batch.pk),
        "rests_on": forecast.facts if forecast is not None and forecast.p50_at else {},
        "sent_back": round(100 * (forecast.facts.get("sent_back") or 0)) if forecast else 0,
        "burn_up": drawn,
        "chart": drawn.chart() if drawn is not None else "",
        "poll_seconds": None if is_finished else POLL_SECONDS,
        "what_if_form": what_if_form(request, batch) if not is_finished else None,
    }


class WhatIfForm(forms.Form):
    """What might be changed of a batch."""

    person: Any = forms.ModelChoiceField(
        queryset=None, required=False, label=gettext_lazy("Add a person"), empty_label="–"
    )
    priority: Any = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, label=gettext_lazy("Change the priority")
    )
    without_review = forms.BooleanField(required=False, label=gettext_lazy("Drop the review"))

    def __init__(self, *args: Any, batch: Batch, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        person, priority = fields["person"], fields["priority"]
        person.queryset = people
        levels = [(value, label) for value, label in Priority.choices if value != batch.priority]
        priority.choices = [("", "–"), *reversed(levels)]
        if not batch.needs_review:
            del self.fields["without_review"]

    def wish(self) -> Wish:
        """What was asked."""
        data = self.cleaned_data
        return Wish(
            data["person"].pk if data["person"] else None,
            data["priority"],
            data.get("without_review", False),
        )


def what_if_form(request: Request, batch: Batch, data: Any = None) -> WhatIfForm:
    """The form of a batch; those who have open jobs of it are on it already."""
    people = people_who(Capability.LABEL, batch.team_id)
    held = batch.jobs.live().filter(annotator__isnull=False).values("annotator")
    return WhatIfForm(data, batch=batch, people=people.exclude(pk__in=held), auto_id="what-if-%s")


@require_GET
def what_if_page(request: Request, pk: int) -> HttpResponseBase:
    """How the dates would move; changes nothing, and the address says what was asked."""
    batch = _batch(request, pk)
    form = what_if_form(request, batch, request.GET or None)
    wish = form.wish() if form.is_bound and form.is_valid() else Wish()
    outcome = what_if(batch.team_id, batch.pk, wish, timezone.now()) if wish else None
    context = {
        "title": _("What if"),
        "nav": "batches",
        "current_team": batch.team,
        "batch": batch,
        "what_if_form": form,
        "is_asked": bool(wish),
        "outcome": outcome,
        "rows": _rows(request, batch, outcome) if outcome is not None else [],
        "deeds": _deeds(request, batch, form, wish) if wish else [],
    }
    return render_page(request, "jobs/what_if.html", context, partial="result")


def _rows(request: Request, batch: Batch, outcome: Outcome) -> list[dict[str, Any]]:
    """This batch, and the others that would move."""
    now = timezone.now()
    ids = [key for key, _before, _after in outcome.others]
    others = Batch.objects.visible_to(request.actor).in_bulk(ids)
    moves = [(batch, outcome.before, outcome.after)]
    moves += [
        (others[key], before, after) for key, before, after in outcome.others if key in others
    ]
    return [
        {
            "batch": each,
            "before": before,
            "after": after,
            "before_standing": standing_of(before.p50, before.p90, each.due_at, now),
            "after_standing": standing_of(after.p50, after.p90, each.due_at, now),
            "earlier": _seconds(before.p50, after.p50),
            "later": _seconds(after.p50, before.p50),
        }
        for each, before, after in moves
    ]


def _seconds(late: Any, early: Any) -> float | None:
    """By how much the first is later, in whole minutes; None when it is not."""
    if late is None or early is None:
        return None
    minutes = round((late - early).total_seconds() / 60)
    return 60.0 * minutes if minutes > 0 else None


def _deeds(request: Request, batch: Batch, form: WhatIfForm, wish: Wish) -> list[dict[str, Any]]:
    """The verbs that would do what was asked, as far as the reader may."""
    deeds: list[dict[str, Any]] = []
    edit = actions[Batch, "edit"]
    if allows(edit, batch, request.actor):
        url = reverse("jobs:batch-verb", args=[batch.pk, edit.verb])
        if wish.priority is not None:
            label = _("Set the priority to %(level)s") % {"level": Priority(wish.priority).label}
            deeds.append({"url": url, "label": label, "fields": {"priority": wish.priority}})
        if wish.without_review:
            fields = {"needs_review": "false"}
            deeds.append({"url": url, "label": _("Drop the review"), "fields": fields})
    rebalance = find(Batch, "rebalance")
    if (
        wish.person is not None
        and rebalance is not None
        and allows(rebalance, batch, request.actor)
    ):
        url = reverse("jobs:batch-verb", args=[batch.pk, rebalance.verb])
        person = form.cleaned_data["person"].name
        label = _("Divide the rest anew, with %(person)s …") % {"person": person}
        deeds.append({"url": f"{url}?people={wish.person}", "label": label, "fields": {}})
    return deeds


def _batch(request: Request, pk: int) -> Batch:
    batches = Batch.objects.visible_to(request.actor).select_related("team", "project", "dataset")
    found: Batch = get_visible_or_404(with_progress(batches), pk)
    return found
