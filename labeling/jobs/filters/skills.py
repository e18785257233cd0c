"""How skills are chosen over REST."""

from django.utils.translation import gettext_lazy as _

from labeling.core.listing import KeyFilter, StrictFilterSet
from labeling.jobs.models import Skill


class SkillFilterSet(StrictFilterSet):
    """Every way to choose skills."""

    team = KeyFilter(field_name="team", label=_("Team"))

    search_fields = ("name", "description")
    orderings = {"name": "name"}
    default_ordering = ("name",)

    class Meta:
        model = Skill
        fields: list[str] = []
