"""What is registered is complete: it can be named to people, is guarded, and is tested."""

import re
from functools import cache

import pytest
from django.utils.functional import Promise

from accounts.roles import Capability
from labeling.core.workflow import Action, actions
from labeling.operations.kinds import Kind, kinds
from tests.services import kills
from tests.source import ROOT, sources

ACTIONS = [
    pytest.param(action, id=f"{action.model.__name__}:{action.verb}") for action in actions.values()
]
KINDS = [pytest.param(kind, id=str(kind.name)) for kind in kinds.values()]
VERB = re.compile(r"[a-z]+(-[a-z]+)*")


@cache
def words_of_tests() -> str:
    """Everything that the tests of packages say; the generated suites name verbs by themselves."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in sources(".py")
        if path.is_relative_to(ROOT / "tests") and path.parent != ROOT / "tests"
    )


def mentions(name: str) -> bool:
    """Whether some test says this name, as a string or in an address."""
    return re.search(rf"[\"':/]{re.escape(name)}[\"'/]", words_of_tests()) is not None


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_a_verb_a_translatable_label_and_a_capability(action: Action):
    assert VERB.fullmatch(action.verb)
    assert isinstance(action.label, Promise)
    assert isinstance(action.description, Promise) or action.description == ""
    assert action.capability in Capability


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_tested(action: Action):
    assert mentions(action.verb)


@pytest.mark.parametrize("action", ACTIONS)
def test_what_takes_an_action_back_is_an_action(action: Action):
    assert action.undo is None or (action.model, action.undo) in actions


@pytest.mark.parametrize("action", ACTIONS)
def test_every_state_rule_names_as_many_values_as_columns(action: Action):
    for values in [*action.sources, *([action.target] if action.target else [])]:
        assert len(values) == len(action.state_fields)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_translatable_label_a_capability_and_a_test(kind: Kind):
    assert isinstance(kind.label, Promise)
    assert kind.capability in Capability
    assert mentions(kind.name)


def test_every_kind_has_a_scenario_in_which_its_workers_are_killed():
    kills.learn()
    missing = {kind.name for kind in kinds.values()} - set(kills.scenarios)
    assert not missing, "write one in tests/services/kills"
