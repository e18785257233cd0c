"""The annotation document: reading, checking, counting and publishing it. No models, no queries."""

from labeling.projects.documents.parsing import parse, sift
from labeling.projects.documents.publishing import Counts, count, merged, published
from labeling.projects.documents.rules import Rules, TagRule
from labeling.projects.documents.types import (
    Document,
    DocumentError,
    Keyframe,
    LabelObject,
    Point,
    Problem,
    Rle,
    Tag,
    empty_document,
)

__all__ = [
    "Counts",
    "Document",
    "DocumentError",
    "Keyframe",
    "LabelObject",
    "Point",
    "Problem",
    "Rle",
    "Rules",
    "Tag",
    "TagRule",
    "count",
    "empty_document",
    "merged",
    "parse",
    "published",
    "sift",
]
