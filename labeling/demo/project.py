"""The demo's project: its schema and its two datasets of drawn pictures."""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actor import Actor
from accounts.models import Team
from labeling.core.workflow import actions, perform
from labeling.demo.pictures import Drawings
from labeling.jobs.models import Terms
from labeling.operations.waiting import finish
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition
from labeling.projects.staging import begin_upload, stage_files, start_upload

PROJECT = "Fruit"
WAIT_SECONDS = 120.0
CLASSES = (
    {"name": "lemon", "shape": "any", "color": "#d9a400", "hotkey": "1"},
    {"name": "kiwi", "shape": "any", "color": "#4f8a10", "hotkey": "2"},
)
PAY = {
    "currency": "EUR",
    "paid_for": "done",
    "price_annotation": "0.12",
    "price_review": "0.03",
}
TAGS = (
    {
        "name": "size",
        "value_type": "choice",
        "choices": "small\nmedium\nlarge",
        "applies_to": "both",
        "hotkey": "s",
    },
    {"name": "origin", "value_type": "string", "applies_to": "both", "hotkey": "o"},
)


def make_project(team: Team, manager: Actor, at: datetime) -> Project:
    """The project with its classes and tags, as made at that time; an earlier one is kept."""
    known = Project.objects.filter(team=team, name=PROJECT).first()
    if known is None:
        data = {
            "name": PROJECT,
            "description": "Lemons and kiwis on a table. Made by the demo.",
        }
        known = perform(actions[Team, "create-project"], team, manager, data, at=at).outcome
    for label_class in CLASSES:
        if not LabelClass.objects.filter(project=known, name=label_class["name"]).exists():
            perform(actions[Project, "add-class"], known, manager, label_class, at=at)
    for tag in TAGS:
        if not TagDefinition.objects.filter(project=known, name=tag["name"]).exists():
            perform(actions[Project, "add-tag"], known, manager, tag, at=at)
    if not Terms.objects.filter(project=known).exists():
        perform(actions[Project, "set-terms"], known, manager, PAY, at=at)
    return known


def make_dataset(
    project: Project, name: str, pictures: Drawings, manager: Actor, at: datetime
) -> Dataset:
    """A dataset with these pictures, taken in by the same upload that people use."""
    dataset = Dataset.objects.filter(project=project, name=name).first()
    if dataset is None:
        create = actions[Project, "create-dataset"]
        dataset = perform(create, project, manager, {"name": name}, at=at).outcome
    if dataset.item_count < len(pictures):
        upload = begin_upload(manager, dataset)
        files = [SimpleUploadedFile(picture.name, picture.content) for picture in pictures.values()]
        stage_files(manager, upload, files)
        start_upload(manager, upload)
        finish(upload.pk, WAIT_SECONDS)
        dataset.refresh_from_db()
    return dataset
