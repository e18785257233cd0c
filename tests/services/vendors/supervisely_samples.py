"""What the script about data moves: every shape, every kind of tag; and how two of them compare."""

from pathlib import Path
from typing import Any

import numpy as np
import supervisely as sly

# What the SDK adds about how a label came about; the rest is the label.
MAKING = ("id", "classId", "labelerLogin", "createdAt", "updatedAt", "tagId", "objectId")


def label_of(value: Any) -> Any:
    """JSON without what tells how it was made."""
    if isinstance(value, dict):
        return {key: label_of(each) for key, each in value.items() if key not in MAKING}
    return [label_of(each) for each in value] if isinstance(value, list) else value


def schema() -> sly.ProjectMeta:
    """Every shape and every kind of tag that a project of images has."""
    classes = [
        sly.ObjClass("box", sly.Rectangle, [255, 0, 0]),
        sly.ObjClass("field", sly.Polygon, [0, 255, 0]),
        sly.ObjClass("road", sly.Polyline, [0, 0, 255]),
        sly.ObjClass("tree", sly.Point, [1, 2, 3]),
        sly.ObjClass("cell", sly.Bitmap, [170, 187, 204]),
        sly.ObjClass("thing", sly.AnyGeometry, [9, 9, 9]),
    ]
    tags = [
        sly.TagMeta(
            "size",
            sly.TagValueType.ONEOF_STRING,
            ["small", "large", "a medium one"],
            applicable_to=sly.TagApplicableTo.OBJECTS_ONLY,
            applicable_classes=["box", "cell"],
        ),
        sly.TagMeta("count", sly.TagValueType.ANY_NUMBER),
        sly.TagMeta("note", sly.TagValueType.ANY_STRING),
        sly.TagMeta("blurred", sly.TagValueType.NONE, applicable_to="imagesOnly"),
        sly.TagMeta("hidden", sly.TagValueType.NONE),
    ]
    return sly.ProjectMeta(classes, tags)


def annotation(meta: sly.ProjectMeta, height: int, width: int, seed: int = 1) -> sly.Annotation:
    """An annotation with each shape, each tag, and two masks that are alike."""
    chance = np.random.default_rng(seed)
    kinds = {each.name: each for each in meta.obj_classes}
    tags = {each.name: each for each in meta.tag_metas}
    mask = chance.random((height, width)) < 0.2
    small = np.zeros((height, width), bool)
    small[height - 1, width - 1] = True
    ring = [(1, 1), (1, width - 1), (height - 1, width - 1), (height - 1, 1)]
    hole = [(5, 5), (5, 9), (9, 9)]
    size, count, note = tags["size"], tags["count"], tags["note"]
    labels = [
        sly.Label(
            sly.Rectangle(0, 0, height - 1, width - 1), kinds["box"], [sly.Tag(size, "large")]
        ),
        sly.Label(sly.Rectangle(4, 7, 4, 7), kinds["box"]),
        sly.Label(sly.Polygon(ring, [hole]), kinds["field"], [sly.Tag(count, 2.5)]),
        sly.Label(sly.Polyline([(0, 0), (3, 9), (height - 1, 0)]), kinds["road"]),
        sly.Label(sly.Point(height - 1, 0), kinds["tree"], [sly.Tag(note, "Bäume, 木")]),
        sly.Label(sly.Bitmap(mask), kinds["cell"], [sly.Tag(size, "small")]),
        sly.Label(sly.Bitmap(small), kinds["cell"]),
        sly.Label(sly.Bitmap(small), kinds["cell"]),
        sly.Label(sly.Bitmap(mask), kinds["thing"], [sly.Tag(tags["hidden"])]),
        sly.Label(sly.Polygon(ring, []), kinds["thing"]),
    ]
    return sly.Annotation(
        (height, width),
        labels,
        [sly.Tag(tags["blurred"]), sly.Tag(count, seed), sly.Tag(note, "a")],
    )


def contents(folder: Path) -> dict[str, Any]:
    """What a project in a folder says: its meta, its pictures, its labels."""
    project = sly.Project(str(folder), sly.OpenMode.READ)
    found: dict[str, Any] = {"meta": label_of(project.meta.to_json()), "datasets": {}}
    for dataset in project.datasets:
        found["datasets"][dataset.name] = {
            name: [
                sly.fs.get_file_hash(dataset.get_img_path(name)),
                label_of(dataset.get_ann(name, project.meta).to_json()),
            ]
            for name in sorted(dataset.get_items_names())
        }
    return found
