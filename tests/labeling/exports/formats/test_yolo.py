"""YOLO: fractions on the image that they turn out to be of, every bad line by name, the rest in."""

import pytest
import yaml

from labeling.exports.formats import formats
from labeling.exports.records import Schema, SchemaClass
from labeling.exports.resolving import resolve
from tests.labeling.exports.samples import record, sort_out, source, sources, written_files

FORMAT = formats["yolo"]
SCHEMA = Schema(
    (
        SchemaClass(1, "lemon", "rectangle"),
        SchemaClass(2, "kiwi", "polygon"),
        SchemaClass(3, "plum"),
        SchemaClass(4, "line", "polyline"),
    )
)
NAMES = "names: {0: lemon, 1: kiwi, 2: plum, 3: line, 4: stranger}\n"


def read(*lines, names=NAMES, name="labels/train/one.txt"):
    """The document on an image of 100 x 50 pixels, and everything that was told."""
    files = [source("\n".join(lines), name), source(names, "data.yaml")]
    [found], errors = sort_out(FORMAT.read(files, SCHEMA))
    document, wrong = resolve(found, SCHEMA, 100, 50)
    return document["objects"], [*errors, *wrong]


def test_a_box_is_its_middle_and_its_sides():
    [box], errors = read("0 0.5 0.5 0.2 0.4")
    assert errors == []
    assert (box["class"], box["shape"], box["points"]) == (1, "rectangle", [[40, 15], [60, 35]])


def test_a_line_of_pairs_is_an_outline_and_how_sure_a_model_was_is_passed_over():
    [outline, box], errors = read("1 0 0 0.5 0 0.5 1", "2 0.5 0.5 1 1 0.93")
    assert errors == []
    assert outline["points"] == [[0, 0], [50, 0], [50, 50]]
    assert box["points"] == [[0, 0], [100, 50]]


def test_an_upright_outline_is_a_box_where_the_class_wants_boxes():
    corners = "0.1 0.2 0.3 0.2 0.3 0.8 0.1 0.8"
    [box, outline], errors = read(f"0 {corners}", f"2 {corners}")
    assert errors == []
    assert (box["shape"], box["points"]) == ("rectangle", [[10, 10], [30, 40]])
    assert outline["shape"] == "polygon"


def test_the_last_digits_of_a_fraction_do_not_put_a_box_outside():
    [box], errors = read("0 0.499999 0.5 1.000001 1.00005")
    assert errors == []
    assert box["points"] == [[0, 0], [pytest.approx(100, abs=1e-3), 50]]


def test_the_same_file_gives_the_same_ids_on_images_of_any_size():
    files = [source("0 0.5 0.5 0.1 0.1", "one.txt"), source(NAMES, "data.yaml")]
    [found], _errors = sort_out(FORMAT.read(files, SCHEMA))
    small, large = (resolve(found, SCHEMA, *size)[0] for size in ((10, 10), (999, 77)))
    assert small["objects"][0]["id"] == large["objects"][0]["id"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("0 0.5 0.5 0 0.2", "no area"),
        ("0 0.5 0.5 -0.2 0.2", "top left"),
        ("0 0.5 0.5 1.2 0.2", "outside"),
        ("0 320 240 100 100", "outside"),
        ("0 nan 0.5 0.2 0.2", "finite"),
        ("0 inf 0.5 0.2 0.2", "finite"),
        (f"0 1{'0' * 40} 0.5 0.2 0.2", "outside"),
        ("0 1e40 0.5 0.2 0.2", "outside"),
        (f"0 {'1' * 5000} 0.5 0.2 0.2", "not a number"),
        (f"0 1{'0' * 350} 0.5 0.2 0.2", "too large"),
        ("0 0.5 0.5 0.2", "four numbers"),
        ("0 0.5 0.5 0.2 0.2 0.2 0.2 0.2", "four numbers"),
        ("0 a b c d", "not a number"),
        ("9 0.5 0.5 0.2 0.2", "no number"),
        ("-1 0.5 0.5 0.2 0.2", "no number"),
        ("0.5 0.5 0.5 0.2 0.2", "no number"),
        ("lemon 0.5 0.5 0.2 0.2", "no number"),
        ("4 0.5 0.5 0.2 0.2", "no class"),
        ("3 0.5 0.5 0.2 0.2", "polyline"),
        ("1 0 0 0.5 0.5 1 1", "no area"),
        ("0 0.1 0.1 0.1 0.1", "twice"),
        ("0 " + "0.5 " * 200_010, "Points|points"),
    ],
    ids=range(22),
)
def test_one_bad_line_is_told_and_the_others_go_in(bad, said):
    good = ("0 0.1 0.1 0.1 0.1", "0 0.5 0.5 0.1 0.1")
    found, [error] = read(good[0], bad, "", good[1])
    assert len(found) == 2
    assert "line 2" in error.place
    assert any(word in error.message for word in said.split("|"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.yaml", "names: [no, '1.0', kiwi]"),
        ("data.yml", "nc: 3\nnames:\n  0: no\n  1: 1.0\n  2: kiwi\n"),
        ("classes.txt", "no\n1.0\nkiwi\n"),
        ("obj.names", "no\r\n1.0\r\nkiwi"),
    ],
)
def test_classes_are_named_by_any_of_their_lists_letter_by_letter(name, content):
    files = [source("0 .5 .5 .1 .1\n1 .5 .5 .1 .1\n2 .5 .5 .1 .1", "labels/a.txt"),
             source("labels/a.jpg", "train.txt"), source(content, name)]  # fmt: skip
    [found], errors = sort_out(FORMAT.read(files, Schema()))
    assert errors == []
    assert [each.class_name for each in found.objects] == ["no", "1.0", "kiwi"]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "names: 7",
        "names: {}",
        "nc: 80",
        "[" * 200_000,
        "- " * 100_000,
        "{a: " * 50_000,
        "? " * 100_000,
        "{a",
        "!!python/object/apply:os.system ['true']",
        "? [a, b]\n: c\n",
        b"\xff\xfe\x00",
        "x" * 2_000_000,
        BOMB,
    ],
    ids=range(14),
)
def test_without_a_list_that_can_be_read_nothing_goes_in_and_a_good_one_still_counts(content):
    label = source("0 .5 .5 .1 .1", "labels/a.txt")
    read_, errors = sort_out(FORMAT.read([label, source(content, "data.yaml")], SCHEMA))
    assert read_ == []
    assert [each.place for each in errors] == ["data.yaml", "labels/a.txt"]
    assert "data.yaml or classes.txt" in errors[1].message
    files = [label, source(content, "bad.yaml"), source("lemon", "classes.txt")]
    read_, errors = sort_out(FORMAT.read(files, SCHEMA))
    assert len(read_) == len(errors) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"\xff\xfe0 1", "UTF-8"), (b"0 " * 9_000_000, "too large"), (b"\x00" * 99, "no number")],
    ids=("not text", "too large", "nothing"),
)
def test_a_bad_file_is_told_and_the_next_one_read(data, said):
    files = [source(data, "a.txt"), source("0 .5 .5 .1 .1", "b.txt"), source(NAMES, "data.yaml")]
    found, [error] = sort_out(FORMAT.read(files, SCHEMA))
    assert found[-1].place == "b.txt"
    assert said in error.message


def test_of_a_pose_dataset_the_boxes_are_read():
    [box], errors = read("0 .5 .5 .2 .4 .1 .1 .2 .2", names=NAMES + "kpt_shape: [2, 2]\n")
    assert errors == []
    assert box["shape"] == "rectangle"


def test_an_image_is_called_as_the_file_lies_below_the_labels():
    files = [source("", "data/labels/train/table/photo.v2.txt"), source(NAMES, "data/data.yaml")]
    [found], _errors = sort_out(FORMAT.read(files, SCHEMA))
    assert found.names == (
        "data/labels/train/table/photo.v2", "train/table/photo.v2", "photo.v2",
    )  # fmt: skip


def test_labels_lie_where_the_tools_look_for_them():
    """Ultralytics replaces the last folder called images by labels, and the ending by txt."""
    for path in ("table/photo.one.jpg", "images/a.png", "_images/a.png", "Images/a.jpg"):
        files, _writer = written_files(FORMAT, [record(path=path)])
        image = FORMAT.image_path(path)
        before, _sep, after = f"/{image}".rpartition("/images/")
        assert f"{before}/labels/{after.rpartition('.')[0]}.txt".lstrip("/") in files
        settings = yaml.safe_load(files["data.yaml"])
        assert image.startswith(f"{settings['train']}/")
        assert settings["val"]


def test_classes_keep_their_numbers_when_the_schema_changes_between_two_sittings(tmp_path):
    def box(kind):
        return {
            "id": str(kind), "class": kind, "shape": "rectangle", "points": [[0, 0], [10, 10]],
            "tags": [], "source": "person",
        }  # fmt: skip

    first = FORMAT.writer(tmp_path, SCHEMA, {})
    first.add([record({"objects": [box(3)], "tags": []}, item=1)])
    state = first.close()
    changed = Schema((SchemaClass(5, "new"), *reversed(SCHEMA.classes)))
    last = FORMAT.writer(tmp_path, changed, state)
    last.add([record({"objects": [box(3), box(5)], "tags": []}, item=2)])
    last.close()
    files = {each.path: b"".join(each.blocks).decode() for each in last.members()}
    names = yaml.safe_load(files["data.yaml"])["names"]
    lines = [line for name, text in files.items() if "labels/" in name for line in text.split("\n")]
    assert [names[int(line[0])] for line in lines if line] == ["plum", "plum", "new"]


def test_an_image_whose_size_nobody_knows_is_asked_to_be_fetched_first():
    [found], _errors = sort_out(
        FORMAT.read(sources({"data.yaml": NAMES.encode(), "a.txt": b""}), SCHEMA)
    )
    document, [error] = resolve(found, SCHEMA, 0, 0)
    assert document["objects"] == []
    assert "not been fetched" in error.message
