"""When people work: the team's hours, and everybody's own."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, User
from accounts.roles import Capability
from labeling.core.workflow import Action, Change, register
from labeling.core.zones import known_zones
from labeling.jobs.actions.base import people_who
from labeling.jobs.actions.claiming import PersonField
from labeling.jobs.hours.writing import DaysField, SpansField, words_of, words_of_days
from labeling.jobs.models import WorkingHours

WEEKDAYS = (
    ("monday", gettext_lazy("Monday")),
    ("tuesday", gettext_lazy("Tuesday")),
    ("wednesday", gettext_lazy("Wednesday")),
    ("thursday", gettext_lazy("Thursday")),
    ("friday", gettext_lazy("Friday")),
    ("saturday", gettext_lazy("Saturday")),
    ("sunday", gettext_lazy("Sunday")),
)


class HoursForm(forms.Form):
    """A week, day by day, in one time zone, and days off. An empty week takes the hours away."""

    time_zone = forms.CharField(
        max_length=64,
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Such as Europe/Berlin or UTC."),
    )
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        SpansField(label) for _name, label in WEEKDAYS
    )
    days_off = DaysField()

    def clean_time_zone(self) -> str:
        """A zone that there is."""
        name = str(self.cleaned_data["time_zone"]).strip()
        if name not in known_zones():
            raise ValidationError(
                _("There is no time zone “%s”. Write one like Europe/Berlin or UTC.") % name
            )
        return name

    def week(self) -> list[list[list[int]]]:
        """Seven days of from-to pairs, Monday first."""
        return [self.cleaned_data[name] for name, _label in WEEKDAYS]


class TeamHoursForm(HoursForm):
    """The same for the team, or for one of its people."""

    person = PersonField(
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("everybody without hours of their own"),
        label=gettext_lazy("Whose"),
    )

    field_order = ("person", "time_zone")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = people


def hours_written(row: WorkingHours | None) -> dict[str, Any]:
    """Stored hours as the form's input; without any a usual week in the reader's zone."""
    if row is None:
        office = {name: "09:00-17:00" for name, _label in WEEKDAYS[:5]}
        return {"time_zone": timezone.get_current_timezone_name(), **office}
    written: dict[str, Any] = {"time_zone": row.time_zone, "days_off": words_of_days(row.days_off)}
    for (name, _label), spans in zip(WEEKDAYS, row.week or [[]] * 7, strict=False):
        written[name] = words_of(spans)
    return written


class HoursAction(Action):
    """A verb that sets somebody's working hours."""

    model = Team

    def team_id(self, obj: Any) -> int:
        """The team itself."""
        return int(obj.pk)

    def keep(self, change: Change, user: User | None) -> None:
        """Store the hours, or take them away; the estimate follows with its next refresh."""
        data = change.data
        week = [data[name] for name, _label in WEEKDAYS]
        rows = WorkingHours.objects.filter(team=change.obj, user=user)
        change.note["whose"] = user.name if user is not None else None
        if not any(week):
            change.note["observed"] = True
            rows.delete()
            return
        change.note["week"] = [words_of(spans) for spans in week]
        change.note["time_zone"] = data["time_zone"]
        values = {"time_zone": data["time_zone"], "week": week, "days_off": data["days_off"]}
        change.outcome, _made = WorkingHours.objects.update_or_create(
            team=change.obj, user=user, defaults=values
        )


@register
class SetOwnHours(HoursAction):
    """When one works oneself."""

    verb = "set-own-hours"
    label = gettext_lazy("Set own hours")
    description = gettext_lazy(
        "Estimates count on you at these times. Leave every day empty and they go by what you do."
    )
    capability = Capability.LABEL
    form = HoursForm
    order = 62

    def form_kwargs(self, obj: Team, actor: Any) -> dict[str, Any]:
        """What they are now; else the team's."""
        rows = WorkingHours.objects.filter(team=obj)
        row = rows.filter(user=actor.user.pk).first() or rows.filter(user=None).first()
        return {"initial": hours_written(row)}

    def effect(self, change: Change) -> None:
        """Store them."""
        self.keep(change, change.actor.user)


@register
class SetTeamHours(HoursAction):
    """When a team works, or one of its people."""

    verb = "set-team-hours"
    label = gettext_lazy("Set working hours")
    description = gettext_lazy(
        "Estimates count on people at these times. Leave every day empty and they go by what "
        "people do."
    )
    capability = Capability.MANAGE_JOBS
    form = TeamHoursForm
    order = 64

    def form_kwargs(self, obj: Team, actor: Any) -> dict[str, Any]:
        """The team's hours now, and whose may be set."""
        row = WorkingHours.objects.filter(team=obj, user=None).first()
        return {"initial": hours_written(row), "people": people_who(Capability.LABEL, obj.pk)}

    def effect(self, change: Change) -> None:
        """Store them."""
        self.keep(change, change.data["person"])
