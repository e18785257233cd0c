"""Addresses of the projects pages."""

from django.db import models
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from labeling.core.workflow import actions_of
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition
from labeling.projects.views import (
    datasets,
    files,
    imports,
    items,
    project_list,
    projects,
    references,
    schema,
    uploads,
    verbs,
)

app_name = "projects"


def register_verbs(name: str, model: type[models.Model], elsewhere: frozenset[str]) -> None:
    """A path converter that takes the verbs of a model only: other packages have pages beside.

    Arguments:
        elsewhere: verbs that other addresses perform.
    """
    verbs = [each.verb for each in actions_of(model) if each.verb not in elsewhere]
    converter = type(f"{model.__name__}Verb", (StringConverter,), {"regex": "|".join(verbs)})
    register_converter(converter, name)


register_verbs("project_verb", Project, verbs.ELSEWHERE)
register_verbs("dataset_verb", Dataset, verbs.ELSEWHERE)
register_verbs("class_verb", LabelClass, verbs.ELSEWHERE)
register_verbs("tag_verb", TagDefinition, verbs.ELSEWHERE)

urlpatterns = [
    path("teams/<int:team_id>/projects/", project_list.ProjectList.as_view(), name="project-list"),
    path("teams/<int:team_id>/create-project/", verbs.create_project, name="project-new"),
    path("teams/<int:team_id>/recount/", verbs.recount, name="recount"),
    path("projects/<int:pk>/", projects.project, name="project"),
    path("projects/<int:pk>/schema/", schema.schema, name="schema"),
    path("projects/<int:pk>/add-class/", schema.add_class, name="add-class"),
    path("projects/<int:pk>/add-tag/", schema.add_tag, name="add-tag"),
    path("projects/<int:pk>/<project_verb:verb>/", verbs.project_verb, name="project-verb"),
    path("classes/<int:pk>/<class_verb:verb>/", schema.class_verb, name="class-verb"),
    path("tag-definitions/<int:pk>/<tag_verb:verb>/", schema.tag_verb, name="tag-verb"),
    path("datasets/<int:pk>/", datasets.DatasetPage.as_view(), name="dataset"),
    path("datasets/<int:pk>/choose-items/", datasets.choose_items, name="choose-items"),
    path("datasets/<int:pk>/uploads/", uploads.uploads, name="upload"),
    path("datasets/<int:pk>/import-items/", imports.import_items, name="import-items"),
    path("datasets/<int:pk>/<dataset_verb:verb>/", verbs.dataset_verb, name="dataset-verb"),
    path("uploads/<int:pk>/files/", uploads.upload_files, name="upload-files"),
    path("uploads/<int:pk>/start/", uploads.upload_start, name="upload-start"),
    path("items/<int:pk>/", items.item, name="item"),
    path("items/<int:pk>/picture", references.picture, name="item-picture"),
    path("items/<int:pk>/image", files.image, name="item-image"),
    path("items/<int:pk>/thumbnail", files.thumbnail, name="item-thumbnail"),
]
