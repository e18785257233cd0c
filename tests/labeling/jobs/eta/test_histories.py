"""Histories: written, read strictly, replayed without a look at what comes later, and judged."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from labeling.jobs.eta.backtesting import CUTS
from labeling.jobs.eta.forecasting import forecast
from labeling.jobs.eta.history import BadHistory, read_history
from labeling.jobs.eta.replaying import Replay

SMALL = {"people": 5, "batches": 4, "days": 8.0, "seconds": 240.0}


def simulated(seed=1, **changed):
    out = StringIO()
    call_command("simulate_history", seed=seed, stdout=out, **{**SMALL, **changed})
    return out.getvalue()


@pytest.fixture(scope="module")
def text():
    return simulated()


def test_the_same_seed_gives_the_same_history(text):
    assert simulated() == text
    assert simulated(seed=2) != text


def test_a_simulated_history_has_a_plan_and_events_in_time_order(text):
    plan, *events = map(json.loads, text.splitlines())
    assert set(plan["plan"]) == {"timezone", "people", "batches"}
    assert len(plan["plan"]["people"]) == 5
    assert set(plan["plan"]["batches"][0]) == {
        "id",
        "items",
        "priority",
        "people",
        "review",
        "launched_at",
    }
    assert set(events[0]) == {"at", "person", "batch", "event", "item"}
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)


def test_every_simulated_batch_ends_and_nobody_reviews_their_own_item(text):
    plan, *events = map(json.loads, text.splitlines())
    for batch in plan["plan"]["batches"]:
        last = "accepted" if batch["review"] else "done"
        mine = [event for event in events if event["batch"] == batch["id"]]
        assert len({e["item"] for e in mine if e["event"] == last}) == batch["items"]
    doer = {}
    for event in events:
        key = event["batch"], event["item"]
        if event["event"] == "done":
            doer[key] = event["person"]
        else:
            assert doer[key] != event["person"]


def test_the_backtest_prints_one_object_with_every_cut(text, tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text(text)
    out = StringIO()
    call_command("backtest_eta", str(path), stdout=out)
    found = json.loads(out.getvalue())
    assert found["batches"] == 4
    assert set(found["cuts"]) == {str(cut) for cut in CUTS}
    assert {
        "n",
        "median_abs_pct_error",
        "p90_coverage",
        "p10_p90_coverage",
        "baseline_median_abs_pct_error",
        "trailing_median_abs_pct_error",
    } <= set(found["cuts"]["50"])


def test_what_happens_after_the_cut_changes_nothing(text):
    plan, *events = text.splitlines()
    cut = len(events) // 2
    at = Replay(read_history("all", [plan, *events])).history.acts.at[cut - 1]
    whole = Replay(read_history("all", [plan, *events])).facts(at)
    part = Replay(read_history("cut", [plan, *events[:cut]])).facts(at)
    assert whole.works == part.works
    assert whole.idle == part.idle
    assert forecast(whole) == forecast(part)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"batch": 99}, "batch 99 is not in the plan"),
        ({"event": "skipped"}, "`event` is one of done, accepted, rejected"),
        ({"at": "yesterday"}, "Invalid isoformat"),
        ({"at": "2001-01-01T00:00:00Z"}, "launched later"),
        ({"person": "Ann"}, "expected a whole number"),
    ],
)
def test_a_wrong_line_is_named_with_its_file_and_number(text, change, said):
    plan, first, *_rest = text.splitlines()
    wrong = json.dumps(json.loads(first) | change)
    with pytest.raises(BadHistory, match=r"mine\.jsonl, line 3") as refused:
        read_history("mine.jsonl", [plan, first, wrong])
    assert said in str(refused.value) or "earlier than the one before" in str(refused.value)


def test_a_file_without_a_plan_is_refused_in_words(tmp_path):
    path = tmp_path / "empty.jsonl"
    path.write_text("")
    with pytest.raises(CommandError, match="line 1: this is not the plan"):
        call_command("backtest_eta", str(path))
    with pytest.raises(CommandError):
        call_command("backtest_eta", str(tmp_path / "missing.jsonl"))


def test_a_world_that_cannot_be_is_refused():
    with pytest.raises(CommandError, match="people"):
        call_command("simulate_history", seed=1, people=1)
    with pytest.raises(CommandError, match="seconds"):
        call_command("simulate_history", seed=1, seconds=0.0)
