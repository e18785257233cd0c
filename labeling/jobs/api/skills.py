"""Skills over REST."""

from django.db.models import Prefetch, QuerySet
from rest_framework.viewsets import ReadOnlyModelViewSet

from labeling.core.api_verbs import Seen
from labeling.jobs.filters import SkillFilterSet
from labeling.jobs.models import PersonSkill, Skill
from labeling.jobs.serializers.skills import SkillSerializer


class SkillViewSet(Seen, ReadOnlyModelViewSet[Skill]):
    """Classes of work that not everybody can do, with the levels that you may see."""

    serializer_class = SkillSerializer
    filterset_class = SkillFilterSet

    def seen(self) -> QuerySet[Skill]:
        """Visible skills with visible levels."""
        levels = PersonSkill.objects.visible_to(self.request.actor).select_related("user")
        found = Skill.objects.visible_to(self.request.actor)
        return found.prefetch_related(Prefetch("people", queryset=levels.order_by("user")))
