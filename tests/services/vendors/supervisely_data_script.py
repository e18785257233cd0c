"""A team that moves its data with Supervisely's SDK: `supervisely_data_script.py <part> <json>`.

Runs in an environment of its own that has the vendor's package and nothing of ours. Each part does
what its name says and prints one JSON object; what the SDK raises is told by its class and words.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import supervisely as sly
from supervisely_samples import annotation, contents, label_of, schema

Given = dict[str, Any]


def raised(call: Callable[[], Any]) -> list[str]:
    """The class and the words of what it raises; empty when it raises nothing."""
    try:
        call()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return []


def made(api: sly.Api, given: Given) -> tuple[Any, Any, sly.ProjectMeta]:
    """A project with a dataset and the schema."""
    shelf = api.workspace.get_list(given["team"])[0]
    project = api.project.create(shelf.id, given["name"], description="by a script")
    dataset = api.dataset.create(project.id, "first", "pictures")
    api.project.update_meta(project.id, schema())
    return project, dataset, sly.ProjectMeta.from_json(api.project.get_meta(project.id))


def projects(api: sly.Api, given: Given) -> Given:
    """Projects and datasets: made, found, changed, put away."""
    shelf = api.workspace.get_list(given["team"])[0]
    project = api.project.create(shelf.id, given["name"], description="by a script")
    other = api.project.create(shelf.id, given["name"], change_name_if_conflict=True)
    taken = raised(lambda: api.project.create(shelf.id, given["name"]))
    changed = api.project.edit_info(project.id, description="changed")
    dataset = api.dataset.create(project.id, "first", "pictures")
    api.dataset.create(project.id, "second")
    renamed = api.dataset.update(dataset.id, name="renamed", description="changed")
    api.dataset.remove(api.dataset.get_info_by_name(project.id, "second").id)
    api.project.remove(other.id)
    return {
        "project": project.id,
        "names": [project.name, other.name],
        "taken": taken,
        "listed": [each.id for each in api.project.get_list(shelf.id)],
        "by_name": api.project.get_info_by_name(shelf.id, given["name"]).id,
        "description": [changed.description, api.project.get_info_by_id(project.id).description],
        "type": changed.type,
        "dataset": [renamed.id == dataset.id, renamed.name, renamed.description],
        "datasets": [each.name for each in api.dataset.get_list(project.id)],
        "datasets_count": api.project.get_info_by_id(project.id).datasets_count,
        "tree": [each.name for _parents, each in api.dataset.tree(project.id)],
        "gone": [
            api.project.get_info_by_id(other.id),
            api.project.get_info_by_id(10**9),
            api.dataset.get_info_by_id(10**9),
            api.project.get_info_by_id(given["other_project"]),
            api.dataset.get_info_by_id(given["other_dataset"]),
        ],
    }


def meta(api: sly.Api, given: Given) -> Given:
    """The meta: written, read back, written again, changed, and what has no place in ours."""
    project, _dataset, first = made(api, given)
    again = api.project.update_meta(project.id, first)
    read = sly.ProjectMeta.from_json(api.project.get_meta(project.id, with_settings=True))
    box = read.get_obj_class("box")
    without = read.delete_obj_class("road").delete_tag_meta("hidden")
    renamed = without.delete_obj_class("box").add_obj_class(box.clone(name="crate"))
    tag = renamed.get_tag_meta("size").clone(applicable_classes=["crate", "cell"])
    renamed = renamed.delete_tag_meta("size").add_tag_meta(tag)
    changed = api.project.update_meta(project.id, renamed)
    cuboid = changed.add_obj_class(sly.ObjClass("cube", sly.Cuboid))
    dated = changed.add_tag_meta(sly.TagMeta("when", sly.TagValueType.DATE))
    described = changed.add_obj_class(sly.ObjClass("x", sly.Point, description="said"))
    settings = sly.ProjectSettings(multiview_enabled=True, multiview_tag_name="note")
    return {
        "project": project.id,
        "json": api.project.get_meta(project.id),
        "same": [first == schema(), again == schema(), read == schema()],
        "ids": [[each.sly_id for each in some.obj_classes] for some in (first, again, read)],
        "crate": [changed.get_obj_class("crate").sly_id == box.sly_id, len(changed.obj_classes)],
        "tags": [each.name for each in changed.tag_metas],
        "refused": {
            "cuboid": raised(lambda: api.project.update_meta(project.id, cuboid)),
            "date": raised(lambda: api.project.update_meta(project.id, dated)),
            "described": raised(lambda: api.project.update_meta(project.id, described)),
            "grouped": raised(
                lambda: api.project.update_meta(
                    project.id, changed.clone(project_settings=settings)
                )
            ),
        },
        "left": api.project.get_meta(project.id) == changed_json(changed),
        "foreign": raised(lambda: api.project.get_meta(given["other_project"])),
    }


def changed_json(read: sly.ProjectMeta) -> Any:
    """A meta as the server writes it."""
    said = read.to_json()
    return {name: said[name] for name in ("classes", "tags", "projectType")}


def images(api: sly.Api, given: Given) -> Given:
    """Images: in by every way, listed by every way, out by every way."""
    project, dataset, _meta = made(api, given)
    paths = given["paths"]
    names = [Path(path).name for path in paths]
    metas = [{"camera": "left", "shot": number} for number in range(len(paths))]
    infos = api.image.upload_paths(dataset.id, names, paths, metas=metas)
    pixels = np.zeros((30, 40, 3), np.uint8)
    pixels[3:9, 4:8] = 200
    by_pixels = api.image.upload_np(dataset.id, "pixels.png", pixels)
    second = api.dataset.create(project.id, "second")
    by_hash = api.image.upload_hash(second.id, "by hash.jpg", infos[0].hash)
    by_id = api.image.upload_id(second.id, "by id.jpg", infos[1].id)
    link = api.image.upload_link(
        second.id, "kept.png", given["link"], force_metadata_for_links=False
    )
    fetched = api.image.upload_link(second.id, "fetched.png", f"{given['link']}?2")
    listed = api.image.get_list(dataset.id)
    by_batches = [
        each for batch in api.image.get_list_generator(dataset.id, batch_size=3) for each in batch
    ]
    down = Path(given["folder"])
    targets = [str(down / name) for name in names]
    api.image.download_paths(dataset.id, [each.id for each in infos], targets)
    api.image.download_path(by_hash.id, str(down / "by hash.jpg"))
    again = api.image.upload_paths(
        dataset.id, names, paths, metas=metas, conflict_resolution="skip"
    )
    copies = api.image.copy_batch(
        api.dataset.create(project.id, "third").id, [infos[0].id, infos[2].id]
    )
    return {
        "infos": [each._asdict() for each in infos],
        "names": names,
        "order": [each.id for each in listed] == [*(each.id for each in infos), by_pixels.id],
        "batches": by_batches == listed,
        "sorted": [
            each.name for each in api.image.get_list(dataset.id, sort="name", sort_order="desc")
        ],
        "filtered": [
            each.name
            for each in api.image.get_list(
                dataset.id, filters=[{"field": "name", "operator": "=", "value": names[1]}]
            )
        ],
        "filename": [
            each.name
            for each in api.image.get_filtered_list(
                dataset.id, [{"type": "images_filename", "data": {"value": "pixels"}}]
            )
        ],
        "by_name": api.image.get_info_by_name(dataset.id, names[2]).id == infos[2].id,
        "by_ids": [each.id for each in api.image.get_info_by_id_batch([each.id for each in infos])]
        == [each.id for each in infos],
        "of_project": len(api.image.get_list(project_id=project.id)),
        "files": [str(Path(target)) for target in targets] + [str(down / "by hash.jpg")],
        "bytes": [
            content == Path(path).read_bytes()
            for content, path in zip(
                api.image.download_bytes(dataset.id, [each.id for each in infos]),
                paths,
                strict=True,
            )
        ],
        "pixels": bool((api.image.download_np(by_pixels.id) == pixels).all()),
        "hashes": [
            api.image.check_image_uploaded(infos[0].hash),
            api.image.check_image_uploaded("YZKQrZH5C0rBvGGA3p7hjWahz3/pV09u5m30Bz8GeYs="),
        ],
        "same_hash": [by_hash.hash == infos[0].hash, by_id.hash == infos[1].hash],
        "link": [link.link, link.width, api.image.get_info_by_id(link.id).width],
        "fetched": [fetched.link, fetched.width, fetched.height],
        "skipped": [each.id for each in again] == [each.id for each in infos],
        "copies": [each.hash for each in copies] == [infos[0].hash, infos[2].hash],
        "count": [api.dataset.get_info_by_id(dataset.id).items_count, len(paths) + 1],
        "by_hash_bytes": [
            verified
            for _hash, _part, verified in api.image._download_batch_by_hashes([infos[0].hash])
        ],
    }


def annotations(api: sly.Api, given: Given) -> Given:
    """Annotations: every shape and tag goes in and comes back the same, by every call."""
    _project, dataset, read = made(api, given)
    names = [Path(path).name for path in given["paths"]]
    infos = api.image.upload_paths(dataset.id, names, given["paths"])
    sent = [annotation(read, each.height, each.width, each.id) for each in infos]
    api.annotation.upload_anns([each.id for each in infos], sent)

    def back(ann: Any) -> Any:
        return label_of(sly.Annotation.from_json(ann, read).to_json())

    expected = [label_of(each.to_json()) for each in sent]
    keys = [each.id for each in infos]
    singly = [back(api.annotation.download_json(key)) for key in keys]
    batch = [back(each.annotation) for each in api.annotation.download_batch(dataset.id, keys)]
    listed = {each.image_id: back(each.annotation) for each in api.annotation.get_list(dataset.id)}
    counts = [each.labels_count for each in api.image.get_list(dataset.id)]

    # Downloaded, changed and uploaded again: what was not touched keeps its number.
    before = api.annotation.download_json(keys[0])
    kept = sly.Annotation.from_json(before, read)
    kept = kept.clone(labels=kept.labels[1:])
    api.annotation.upload_ann(keys[0], kept)
    after = api.annotation.download_json(keys[0])

    dot = sly.Label(sly.Point(2, 3), read.get_obj_class("tree"))
    square = sly.Label(sly.Rectangle(1, 2, 3, 4), read.get_obj_class("box"))
    api.annotation.append_labels(keys[1], [dot, square])
    appended = back(api.annotation.download_json(keys[1]))
    hidden = read.get_tag_meta("hidden")
    api.image.add_tag(keys[1], hidden.sly_id)
    api.image.add_tag(keys[1], read.get_tag_meta("note").sly_id, "b")
    tags = {each["tagId"]: each["value"] for each in api.image.get_info_by_id(keys[1]).tags}
    figures = api.image.figure.download(dataset.id, keys[:1])
    api.annotation.upload_ann(keys[2], sly.Annotation((infos[2].height, infos[2].width)))
    api.annotation.copy_batch([keys[1]], [keys[2]])
    return {
        "dataset": dataset.id,
        "same": [singly == expected, batch == expected, [listed[key] for key in keys] == expected],
        "counts": [counts, [len(each.labels) for each in sent]],
        "numbers": [
            [each["id"] for each in before["objects"][1:]]
            == [each["id"] for each in after["objects"]],
            label_of(before["objects"][1:]) == label_of(after["objects"]),
        ],
        "appended": appended["objects"][:-2] == expected[1]["objects"]
        and [appended["objects"][-2], appended["objects"][-1]]
        == [label_of(dot.to_json()), label_of(square.to_json())],
        "tags": [hidden.sly_id in tags, tags[read.get_tag_meta("note").sly_id]],
        "figures": [len(figures[keys[0]]), figures[keys[0]][0].geometry_type],
        "copied": back(api.annotation.download_json(keys[2]))["objects"] == appended["objects"],
    }


def move(api: sly.Api, given: Given) -> Given:
    """A whole project: from a folder in Supervisely's format to here, to a folder, and again."""
    source = Path(given["folder"]) / "source"
    shelf = api.workspace.get_list(given["team"])[0]
    project = sly.Project(str(source), sly.OpenMode.CREATE)
    project.set_meta(schema())
    for number, paths in enumerate(given["datasets"]):
        dataset = project.create_dataset(f"ds {number}")
        for seed, path in enumerate(paths):
            height, width = sly.image.read(path).shape[:2]
            ann = annotation(schema(), height, width, seed)
            dataset.add_item_file(Path(path).name, path, ann=ann if seed else None)
    first, name = sly.upload_project(str(source), api, shelf.id, given["name"], log_progress=False)
    there = Path(given["folder"]) / "there"
    sly.download_project(api, first, str(there), log_progress=False, save_image_info=True)
    second, again = sly.upload_project(str(there), api, shelf.id, given["name"], log_progress=False)
    back = Path(given["folder"]) / "back"
    sly.Project.download(api, second, str(back), log_progress=False)
    fast = Path(given["folder"]) / "fast"
    sly.download_fast(api, first, str(fast), log_progress=False)
    return {
        "names": [name, again],
        "first": first,
        "contents": [contents(folder) for folder in (source, there, back, fast)],
    }


def refusals(api: sly.Api, given: Given) -> Given:
    """Whatever has no place here, or is not theirs to do: an error that says why, at once."""
    project, dataset, read = made(api, given)
    [path, other] = given["paths"]
    info = api.image.upload_path(dataset.id, "one.jpg", path)
    height, width = info.height, info.width
    box, tree = read.get_obj_class("box"), read.get_obj_class("tree")
    empty = sly.Annotation((height, width))
    outside = empty.add_label(sly.Label(sly.Rectangle(0, 0, 9, 9), box)).to_json()
    outside["objects"][0]["points"]["exterior"] = [[0, 0], [width, height]]
    wrong_class = empty.add_label(sly.Label(sly.Point(1, 1), tree)).to_json()
    wrong_class["objects"][0]["classTitle"] = "box"
    cube = {
        "classTitle": "box",
        "geometryType": "cuboid",
        "points": {"exterior": [[1, 1]], "interior": []},
        "tags": [],
    }
    cuboid = {**empty.to_json(), "objects": [*wrong_class["objects"][:0], cube]}
    note = read.get_tag_meta("size")
    misplaced = empty.add_tag(sly.Tag(read.get_tag_meta("note"), "")).to_json()
    described = {**empty.to_json(), "description": "a field at night"}
    person = sly.Api(given["server"], given["annotator"], retry_count=1)
    broken = Path(given["folder"]) / "broken.jpg"
    broken.write_bytes(Path(path).read_bytes()[:5000])

    def upload(ann: Any) -> Callable[[], Any]:
        return lambda: api.annotation.upload_json(info.id, ann)

    found = {
        "outside": raised(upload(outside)),
        "wrong_shape": raised(upload(wrong_class)),
        "cuboid": raised(upload(cuboid)),
        "empty_text": raised(upload(misplaced)),
        "described": raised(upload(described)),
        "other_size": raised(upload(sly.Annotation((height, width + 1)).to_json())),
        "object_tag": raised(lambda: api.image.add_tag(info.id, note.sly_id, "small")),
        "same_name": raised(lambda: api.image.upload_path(dataset.id, "one.jpg", other)),
        "same_picture": raised(lambda: api.image.upload_path(dataset.id, "two.jpg", path)),
        "broken": raised(lambda: api.image.upload_path(dataset.id, "broken.jpg", str(broken))),
        "no_picture": raised(lambda: api.image.upload_path(dataset.id, "text.jpg", __file__)),
        "unknown_hash": raised(
            lambda: api.image.upload_hash(
                dataset.id, "x.jpg", "YZKQrZH5C0rBvGGA3p7hjWahz3/pV09u5m30Bz8GeYs="
            )
        ),
        "private_link": raised(
            lambda: api.image.upload_link(dataset.id, "x.jpg", "http://169.254.169.254/latest")
        ),
        "file_link": raised(
            lambda: api.image.upload_link(dataset.id, "x.jpg", "file:///etc/passwd")
        ),
        "nested_meta": raised(
            lambda: api.image.upload_path(dataset.id, "x.jpg", other, meta={"a": {"b": 1}})
        ),
        "remove": raised(lambda: api.image.remove(info.id)),
        "videos": raised(
            lambda: api.project.create(project.workspace_id, "films", sly.ProjectType.VIDEOS)
        ),
        "nested": raised(lambda: api.dataset.create(project.id, "x", parent_id=dataset.id)),
        "other_image": api.image.get_info_by_id(given["other_item"]),
        "other_dataset": raised(lambda: api.image.get_list(given["other_dataset"])),
        "other_annotation": raised(lambda: api.annotation.download(given["other_item"])),
        "other_copy": raised(
            lambda: api.image.upload_id(dataset.id, "stolen.jpg", given["other_item"])
        ),
        "annotator_meta": raised(lambda: person.project.update_meta(project.id, read)),
        "annotator_upload": raised(lambda: person.image.upload_path(dataset.id, "y.jpg", other)),
        "annotator_labels": raised(lambda: person.annotation.upload_ann(info.id, empty)),
        "annotator_reads": raised(lambda: person.annotation.download(info.id)),
        "annotator_project": raised(lambda: person.project.create(project.workspace_id, "z")),
    }
    return found | {
        "labels": api.annotation.download_json(info.id)["objects"],
        "images": [each.name for each in api.image.get_list(dataset.id)],
    }


PARTS = {part.__name__: part for part in (projects, meta, images, annotations, move, refusals)}

if __name__ == "__main__":
    os.environ["SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK"] = "true"
    told = json.loads(sys.argv[2])
    # Nothing may look like trouble of the server: the SDK would go on for minutes.
    client = sly.Api(told["server"], told["token"], retry_count=1)
    print(json.dumps(PARTS[sys.argv[1]](client, told)))
