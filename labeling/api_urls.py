"""Every REST address. Collected here, once all packages are loaded, from the action registry."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from accounts.api import (
    InvitationViewSet,
    MemberViewSet,
    MeView,
    TeamViewSet,
    TokenViewSet,
)
from accounts.models import ApiToken, Invitation, Membership, Team
from labeling.core.api_verbs import with_verbs
from labeling.exports.api import ExportViewSet, ImportView
from labeling.jobs.api import (
    BatchViewSet,
    CommentViewSet,
    EventViewSet,
    JobItemViewSet,
    JobViewSet,
    LedgerViewSet,
    OwnFiguresView,
    PriceViewSet,
    SkillViewSet,
    StatementView,
    TeamFiguresView,
    TermsViewSet,
)
from labeling.jobs.models import Batch, Comment, Job, JobItem, Skill
from labeling.operations.api import (
    DeliveryViewSet,
    NoticeViewSet,
    OperationViewSet,
    WebhookViewSet,
)
from labeling.operations.models import Delivery, Operation, Webhook
from labeling.projects.api import (
    ClassViewSet,
    DatasetViewSet,
    ItemViewSet,
    ProjectViewSet,
    TagDefinitionViewSet,
    UploadsAheadView,
    WorkspaceViewSet,
)
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition

router = SimpleRouter()
router.register("teams", with_verbs(TeamViewSet, Team), "team")
router.register("members", with_verbs(MemberViewSet, Membership), "member")
router.register("invitations", with_verbs(InvitationViewSet, Invitation), "invitation")
router.register("tokens", with_verbs(TokenViewSet, ApiToken), "token")
router.register("workspaces", WorkspaceViewSet, "workspace")
router.register("projects", with_verbs(ProjectViewSet, Project), "project")
router.register("classes", with_verbs(ClassViewSet, LabelClass), "class")
router.register(
    "tag-definitions", with_verbs(TagDefinitionViewSet, TagDefinition), "tag-definition"
)
router.register("datasets", with_verbs(DatasetViewSet, Dataset), "dataset")
router.register("items", ItemViewSet, "item")
router.register("batches", with_verbs(BatchViewSet, Batch), "batch")
router.register("jobs", with_verbs(JobViewSet, Job), "job")
router.register("job-items", with_verbs(JobItemViewSet, JobItem), "job-item")
router.register("ledger", LedgerViewSet, "ledger-entry")
router.register("terms", TermsViewSet, "terms")
router.register("prices", PriceViewSet, "price")
router.register("comments", with_verbs(CommentViewSet, Comment), "comment")
router.register("events", EventViewSet, "event")
router.register("skills", with_verbs(SkillViewSet, Skill), "skill")
router.register("exports", ExportViewSet, "export")
router.register("operations", with_verbs(OperationViewSet, Operation), "operation")
router.register("notices", NoticeViewSet, "notice")
router.register("webhooks", with_verbs(WebhookViewSet, Webhook), "webhook")
router.register("deliveries", with_verbs(DeliveryViewSet, Delivery), "delivery")

app_name = "api"
urlpatterns = [
    path("me/", MeView.as_view(), name="me"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    path("datasets/<int:pk>/import-annotations/", ImportView.as_view(), name="dataset-import"),
    path("teams/<int:team_id>/figures/", TeamFiguresView.as_view(), name="team-figures"),
    path("teams/<int:team_id>/my-figures/", OwnFiguresView.as_view(), name="my-figures"),
    path("teams/<int:team_id>/statement/", StatementView.as_view(), name="statement"),
    path("uploads/", UploadsAheadView.as_view(), name="uploads"),
    path("", include(router.urls)),
]
