"""The rules that keep the house in order, each as a test with a readable failure.

An allow-list maps the place of an exception to the reason why it stands. An entry that no longer
matches anything fails, so that exceptions end when their cause does.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import rules
from tests.source import (
    EDGES,
    FORBIDDEN_STEMS,
    ROOT,
    Module,
    contracts,
    hold,
    layered_packages,
    modules,
    scan,
    sources,
    walk,
)

LONGEST_FILE = 400
STATE_FLOORS = frozenset({"actions", "operations", "engine"})

# What a page, an API view or the admin writes by itself, and why no action does it.
WRITES_AT_THE_EDGE: dict[str, str] = {
    "labeling.clients.supervisely.bitmaps.packed": "a picture is saved into memory, to be sent",
}

# What an edge reads without asking what the actor may see, and why that shows nothing.
READS_PAST_VISIBLE_TO: dict[str, str] = {}

FOLLOWS = "a launched batch's status follows from facts; actions, operations and money settle it"

# Who writes a state besides the workflow, actions and the engines of machine work.
WRITES_A_STATE: dict[str, str] = {
    "labeling.jobs.settling.settle_batches": FOLLOWS,
    "labeling.jobs.settling.settle_queue": FOLLOWS,
    "labeling.jobs.settling.stop_idle_jobs": "a stop that was asked for reaches jobs given back",
    "labeling.jobs.purging.HumanWork.begin": "a purge puts everything away before it removes it",
}


def test_imports_go_down_the_layers_and_never_up():
    # In a process of its own: its set-up of logging silences every logger that exists already.
    lint_imports = str(Path(sys.executable).with_name("lint-imports"))
    command = [lint_imports, "--no-cache", "--no-logo"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_package_stands_in_both_import_contracts():
    ordered = set(re.findall(r"[\w.]+", " ".join(contracts()["packages"]["layers"])))
    assert layered_packages() <= ordered
    assert layered_packages() <= set(contracts()["modules"]["containers"])


def test_no_import_hides_inside_a_function():
    hold(scan(modules(), rules.imports_inside_a_function))


def test_no_file_outgrows_what_one_can_hold_in_mind():
    lines = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n")
        for path in sources(".py", ".js", ".css", ".html")
    }
    assert not {path: count for path, count in lines.items() if count > LONGEST_FILE}


def test_no_module_has_a_name_that_says_nothing():
    paths = [path.relative_to(ROOT).with_suffix("") for path in sources(".py", ".js")]
    vague = [str(path) for path in paths if FORBIDDEN_STEMS & set(path.parts)]
    assert not [path for path in vague if not path.startswith("tests/services/")]


def test_nothing_is_called_do_this_or_new_that():
    hold(scan(modules(), rules.is_called_do_or_new))


def test_views_apis_and_the_admin_write_nothing():
    hold(scan(edges(), rules.writes), WRITES_AT_THE_EDGE)


def test_edges_read_only_what_the_actor_may_see():
    hold(scan(edges(), rules.reads_past_visible_to), READS_PAST_VISIBLE_TO)


def test_only_actions_and_engines_write_a_state():
    elsewhere = [
        module
        for module in modules()
        if module.floor not in STATE_FLOORS and module.name != "labeling.core.workflow"
    ]
    hold(scan(elsewhere, rules.writes_a_state), WRITES_A_STATE)


@pytest.mark.parametrize(
    ("rule", "source", "broken"),
    [
        (rules.reads_past_visible_to, "Job.objects.all()", True),
        (rules.reads_past_visible_to, "Job.objects.filter(pk=1).visible_to(actor)", True),
        (rules.reads_past_visible_to, "get_object_or_404(Job, pk=1)", True),
        (rules.reads_past_visible_to, "get_object_or_404(self.get_queryset(), pk=1)", False),
        (rules.reads_past_visible_to, "Job.objects.visible_to(actor).filter(pk=1)", False),
        (rules.reads_past_visible_to, "jobs.filter(Exists(Tag.objects.filter(x=1)))", False),
        (rules.writes, "job.save()", True),
        (rules.writes, "Job.objects.create(name='x')", True),
        (rules.writes, "jobs.update(name='new')", True),
        (rules.writes, "jobs.delete()", True),
        (rules.writes, "context.update({'a': 1})", False),
        (rules.writes, "cache.delete('key')", False),
        (rules.writes_a_state, "job.state = 'new'", True),
        (rules.writes_a_state, "jobs.update(stage='validation')", True),
        (rules.writes_a_state, "job.name = 'new'", False),
        (rules.writes_a_state, "class Forbidden:\n    status = 403", False),
        (rules.imports_inside_a_function, "def f():\n    import os", True),
        (rules.imports_inside_a_function, "import os", False),
    ],
)
def test_the_rules_tell_good_lines_from_bad(rule, source, broken):
    assert any(rule(node, ancestors) for node, ancestors in walk(ast.parse(source))) is broken


def edges() -> Iterator[Module]:
    """Pages, REST, the admin, and the vendors' edges as a whole."""
    return (
        module
        for module in modules()
        if module.floor in EDGES or module.package == "labeling.clients"
    )
