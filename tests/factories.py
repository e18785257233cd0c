"""Makes the things that tests are about. People first, then what they work on."""

import hashlib
from functools import cache
from io import BytesIO
from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory
from PIL import Image

from accounts.models import Membership, Team, User
from accounts.roles import Role
from labeling.jobs.models import Annotation, Batch, Comment, Job, JobItem
from labeling.jobs.states import Split
from labeling.projects.models import (
    Dataset,
    Item,
    LabelClass,
    Project,
    TagDefinition,
    Workspace,
)
from labeling.projects.states import Shape

PASSWORD = "correct horse 42"


class UserFactory(DjangoModelFactory[User]):
    """A person who signs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence("person{}".format)
    display_name = factory.LazyAttribute(lambda user: user.username.title())
    password = factory.django.Password(PASSWORD)


class TeamFactory(DjangoModelFactory[Team]):
    """A team without members."""

    class Meta:
        model = Team

    name = factory.Sequence("Team {}".format)


class MembershipFactory(DjangoModelFactory[Membership]):
    """An annotator of a new team."""

    class Meta:
        model = Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.ANNOTATOR


@cache
def picture(width: int = 64, height: int = 48, color: str = "olive") -> bytes:
    """A PNG of one colour."""
    file = BytesIO()
    Image.new("RGB", (width, height), color).save(file, "PNG")
    return file.getvalue()


class WorkspaceFactory(DjangoModelFactory[Workspace]):
    """A shelf in a team."""

    class Meta:
        model = Workspace

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence("Workspace {}".format)


class ProjectFactory(DjangoModelFactory[Project]):
    """A project without classes; give its `team`, and `created_by` if that matters."""

    class Meta:
        model = Project

    team = factory.SubFactory(TeamFactory)
    workspace = factory.SubFactory(WorkspaceFactory, team=factory.SelfAttribute("..team"))
    name = factory.Sequence("Project {}".format)
    created_by = factory.SubFactory(UserFactory)


class LabelClassFactory(DjangoModelFactory[LabelClass]):
    """A class of rectangles."""

    class Meta:
        model = LabelClass

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence("class {}".format)
    shape = Shape.RECTANGLE
    position = factory.Sequence(int)


class TagDefinitionFactory(DjangoModelFactory[TagDefinition]):
    """A tag without a value, for images and objects."""

    class Meta:
        model = TagDefinition
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence("tag {}".format)
    position = factory.Sequence(int)


class DatasetFactory(DjangoModelFactory[Dataset]):
    """A dataset of a new project; `size` fills it with pictures."""

    class Meta:
        model = Dataset
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    team = factory.SelfAttribute("project.team")
    name = factory.Sequence("Dataset {}".format)
    created_by = factory.SelfAttribute("project.created_by")

    @factory.post_generation
    def size(dataset: Any, create: bool, extracted: int | None, **kwargs: Any) -> None:
        """How many items it gets."""
        ItemFactory.create_batch(extracted or 0, dataset=dataset)


class ItemFactory(DjangoModelFactory[Item]):
    """A picture of 64 x 48 pixels at the end of its dataset."""

    class Meta:
        model = Item
        skip_postgeneration_save = True

    dataset = factory.SubFactory(DatasetFactory)
    team = factory.SelfAttribute("dataset.team")
    position = factory.LazyAttribute(lambda item: item.dataset.items.count() + 1)
    name = factory.LazyAttribute(lambda item: f"picture-{item.position:04}.png")
    content_hash = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    width, height = 64, 48
    media_type = "image/png"
    byte_size = factory.LazyAttribute(lambda item: len(picture(item.width, item.height)))
    file = factory.LazyAttribute(lambda item: ContentFile(picture(item.width, item.height), "x"))

    @factory.post_generation
    def counted(item: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """Its dataset counts it."""
        item.dataset.item_count = item.dataset.items.count()
        item.dataset.save(update_fields=["item_count"])


class BatchFactory(DjangoModelFactory[Batch]):
    """A batch that was launched by somebody and has no jobs yet."""

    class Meta:
        model = Batch
        skip_postgeneration_save = True

    dataset = factory.SubFactory(DatasetFactory)
    team = factory.SelfAttribute("dataset.team")
    project = factory.SelfAttribute("dataset.project")
    name = factory.Sequence("Batch {}".format)
    split = Split.ORDERED
    status = "processing"
    created_by = factory.SelfAttribute("dataset.created_by")


class JobFactory(DjangoModelFactory[Job]):
    """A new job in the pool; `size` gives it that many new items of its dataset."""

    class Meta:
        model = Job
        skip_postgeneration_save = True

    batch = factory.SubFactory(BatchFactory)
    team = factory.SelfAttribute("batch.team")
    project = factory.SelfAttribute("batch.project")
    dataset = factory.SelfAttribute("batch.dataset")
    number = factory.LazyAttribute(lambda job: job.batch.jobs.count() + 1)
    name = factory.LazyAttribute(lambda job: f"{job.batch.name} {job.number}")
    priority = factory.SelfAttribute("batch.priority")
    created_by = factory.SelfAttribute("batch.created_by")

    @factory.post_generation
    def size(job: Any, create: bool, extracted: int | None, **kwargs: Any) -> None:
        """How many items it gets."""
        for item in ItemFactory.create_batch(extracted or 0, dataset=job.dataset):
            JobItemFactory.create(job=job, item=item)


class JobItemFactory(DjangoModelFactory[JobItem]):
    """An item that nobody has labeled yet, at the end of its job; the job counts it."""

    class Meta:
        model = JobItem
        skip_postgeneration_save = True

    job = factory.SubFactory(JobFactory)
    item = factory.LazyAttribute(lambda each: ItemFactory.create(dataset=each.job.dataset))
    position = factory.LazyAttribute(lambda each: each.job.job_items.count() + 1)
    annotation = factory.RelatedFactory("tests.factories.AnnotationFactory", "job_item")

    @factory.post_generation
    def counted(each: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """Its job counts it."""
        each.job.items = each.job.job_items.count()
        each.job.save(update_fields=["items"])


class AnnotationFactory(DjangoModelFactory[Annotation]):
    """The empty document of a job item."""

    class Meta:
        model = Annotation

    job_item = factory.SubFactory(JobItemFactory, annotation=None)


class CommentFactory(DjangoModelFactory[Comment]):
    """A remark on a job."""

    class Meta:
        model = Comment

    job = factory.SubFactory(JobFactory)
    author = factory.SelfAttribute("job.created_by")
    text = "Is this one a kiwi?"
