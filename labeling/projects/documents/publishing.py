"""Counting a document, and bringing a job's result into the labels of its item."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from labeling.projects.documents.types import Document


@dataclass(frozen=True, slots=True)
class Counts:
    """Objects of a document, and tags on the image and on its objects together."""

    objects: int
    tags: int


def count(document: Document) -> Counts:
    """How much is labeled in a document."""
    objects = document["objects"]
    tags = len(document["tags"]) + sum(len(each["tags"]) for each in objects)
    return Counts(objects=len(objects), tags=tags)


def published(
    item_document: Document,
    annotation_document: Document,
    class_ids: Set[int],
    tag_ids: Set[int],
) -> Document:
    """The item's labels after a job with these classes and tags has been completed.

    The job speaks for the objects of its classes and for its image tags: they become as in its
    annotation. Everything else stays as the item has it, also what changed there while the job
    ran. An object that the job's annotation moved into one of its classes is there once.
    """
    spoken = [each for each in annotation_document["objects"] if each["class"] in class_ids]
    moved = {each["id"] for each in spoken}
    kept = [
        each
        for each in item_document["objects"]
        if each["class"] not in class_ids and each["id"] not in moved
    ]
    tags = [each for each in item_document["tags"] if each["tag"] not in tag_ids]
    tags += [each for each in annotation_document["tags"] if each["tag"] in tag_ids]
    return Document(objects=[*kept, *spoken], tags=tags)


def merged(stored: Document, added: Document) -> Document:
    """Both together: an object or image tag that is in both is taken as it is in `added`."""
    ids = {each["id"] for each in added["objects"]}
    tags = {each["tag"] for each in added["tags"]}
    return Document(
        objects=[
            *(each for each in stored["objects"] if each["id"] not in ids),
            *added["objects"],
        ],
        tags=[*(each for each in stored["tags"] if each["tag"] not in tags), *added["tags"]],
    )
