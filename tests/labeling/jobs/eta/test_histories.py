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


FIGURES = {
    "n",
    "median_abs_pct_error",
    "p90_coverage",
    "p10_p90_coverage",
    "baseline_median_abs_pct_error",
}


def backtested(tmp_path, *lines, **options):
    path = tmp_path / "history.jsonl"
    path.write_text("\n".join(lines))
    out = StringIO()
    call_command("backtest_eta", str(path), stdout=out, **options)
    return json.loads(out.getvalue())


def test_the_backtest_prints_one_object_with_every_cut(text, tmp_path):
    found = backtested(tmp_path, text)
    assert set(found) == {"batches", "cuts"}
    assert found["batches"] == 4
    assert list(found["cuts"]) == [str(cut) for cut in CUTS] == ["10", "25", "50", "75", "90"]
    assert all(set(figures) == FIGURES for figures in found["cuts"].values())
    more = backtested(tmp_path, text, more=True)["cuts"]["50"]
    assert set(more) == FIGURES | {"trailing_median_abs_pct_error", "without_estimate"}


def test_a_history_in_which_nothing_happened_has_no_figures(text, tmp_path):
    plan, *_events = text.splitlines()
    found = backtested(tmp_path, plan)
    assert found["batches"] == 0
    assert found["cuts"]["50"] == dict.fromkeys(FIGURES) | {"n": 0}


def test_a_batch_that_never_ended_is_not_judged(text, tmp_path):
    plan, *events = text.splitlines()
    batch = json.loads(events[-1])["batch"]
    assert backtested(tmp_path, plan, *events[:-1])["batches"] == 3
    kept = [event for event in events if json.loads(event)["batch"] != batch]
    whole = backtested(tmp_path, plan, *events)["cuts"]["50"]["n"]
    assert backtested(tmp_path, plan, *kept)["cuts"]["50"]["n"] == whole - 1


def done_after(minutes):
    """A batch of four items, of which one is done after each of so many minutes."""
    plan = {
        "timezone": "UTC",
        "people": [1],
        "batches": [
            {
                "id": 7,
                "items": len(minutes),
                "priority": 1,
                "people": [1],
                "review": False,
                "launched_at": "2026-03-02T09:00:00Z",
            }
        ],
    }
    events = [
        {
            "at": f"2026-03-02T{9 + minute // 60:02}:{minute % 60:02}:00Z",
            "person": 1,
            "batch": 7,
            "event": "done",
            "item": number,
        }
        for number, minute in enumerate(minutes)
    ]
    return [json.dumps({"plan": plan}), *map(json.dumps, events)]


def test_the_baseline_is_elapsed_since_launch_by_done_times_remaining(tmp_path):
    lines = done_after([10, 20, 30, 40, 50, 60, 70, 80, 90, 200])
    cuts = backtested(tmp_path, *lines, more=True)["cuts"]
    # At half-way 50 minutes were 5 items, so 50 more are told; it took 150.
    assert cuts["50"]["baseline_median_abs_pct_error"] == pytest.approx(66.667, abs=0.001)
    assert cuts["50"]["trailing_median_abs_pct_error"] == pytest.approx(66.667, abs=0.001)
    # At the ninth of ten items 10 minutes are told, and it took 110.
    assert cuts["90"]["baseline_median_abs_pct_error"] == pytest.approx(90.909, abs=0.001)


def test_a_batch_without_enough_evidence_is_counted_as_such(tmp_path):
    cuts = backtested(tmp_path, *done_after([10, 20, 30, 40]), more=True)["cuts"]
    assert cuts["25"]["without_estimate"] == 1
    assert cuts["25"]["n"] == 0
    assert cuts["75"]["n"] == 1


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
        ({"person": 10**40}, "is too large"),
        ({"item": None}, "`item` is a number or a text"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "out of range"),
    ],
)
def test_a_wrong_line_is_named_with_its_file_and_number(text, change, said):
    plan, first, *_rest = text.splitlines()
    wrong = json.dumps(json.loads(first) | change)
    with pytest.raises(BadHistory, match=r"mine\.jsonl, line 3") as refused:
        read_history("mine.jsonl", [plan, first, wrong])
    assert said in str(refused.value) or "earlier than the one before" in str(refused.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Expecting property name"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"at": "2026-03-02T09:00:00Z"}', "is missing"),
    ],
)
def test_a_line_that_is_no_event_is_named(text, line, said):
    plan, first, *_rest = text.splitlines()
    with pytest.raises(BadHistory, match=r"mine\.jsonl, line 3") as refused:
        read_history("mine.jsonl", [plan, first, line])
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"timezone": "Mars/Olympus"}, "there is no time zone 'Mars/Olympus'"),
        ({"timezone": None}, "`timezone` is a name"),
        ({"people": ["Ann"]}, "expected a whole number"),
        ({"batches": [{"id": 1}]}, "'review' is missing"),
    ],
)
def test_a_wrong_plan_is_named(text, change, said):
    plan, *_events = map(json.loads, text.splitlines()[:2])
    with pytest.raises(BadHistory, match=r"mine\.jsonl, line 1: this is not the plan") as refused:
        read_history("mine.jsonl", [json.dumps({"plan": plan["plan"] | change})])
    assert said in str(refused.value)


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
