"""Levels that people earn: the accepted share of what was decided of their work lately."""

from collections.abc import Iterable

from labeling.jobs.models import JobItem, PersonSkill
from labeling.jobs.states import ItemState

# So many of the items that a person did last are looked at, and so many must be decided.
LAST_ITEMS, LEAST_EVIDENCE = 200, 10
DECIDED = (ItemState.ACCEPTED, ItemState.REJECTED)


def earned_level(skill_id: int, user_id: int) -> tuple[int, int] | None:
    """The level from 0 to 100 and the number of decided items that it rests on.

    None while there are too few. Own work that one decided oneself is no evidence.
    """
    theirs = JobItem.objects.filter(
        done_by=user_id, job__batch__skill=skill_id, state__in=DECIDED
    ).exclude(decided_by=user_id)
    states = list(theirs.order_by("-done_at").values_list("state", flat=True)[:LAST_ITEMS])
    if len(states) < LEAST_EVIDENCE:
        return None
    accepted = sum(state == ItemState.ACCEPTED for state in states)
    return round(100 * accepted / len(states)), len(states)


def measure(skill_id: int, user_id: int) -> None:
    """Store what the person has earned, unless a manager has set the level by hand."""
    if PersonSkill.objects.filter(skill=skill_id, user=user_id, is_earned=False).exists():
        return
    found = earned_level(skill_id, user_id)
    if found is None:
        PersonSkill.objects.filter(skill=skill_id, user=user_id, is_earned=True).delete()
        return
    level, evidence = found
    PersonSkill.objects.update_or_create(
        skill_id=skill_id,
        user_id=user_id,
        defaults={"level": level, "evidence": evidence, "is_earned": True},
    )


def measure_after(skill_id: int | None, people: Iterable[int | None]) -> None:
    """Decisions on these people's items of a batch came in."""
    if skill_id is not None:
        for user_id in sorted({person for person in people if person is not None}):
            measure(skill_id, user_id)
