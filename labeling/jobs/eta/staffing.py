"""Works with their people and how fast those are, in many futures: what no queue changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labeling.jobs.eta.drawing import FUTURES, even_normal, normal
from labeling.jobs.eta.facts import Floats, Integers, Work
from labeling.jobs.eta.observing import Habits
from labeling.jobs.eta.paces import Station

MOST_REJECTED = 0.8


@dataclass(frozen=True)
class Staffed:
    """A work, and by future what there is to do and who does it how fast.

    Attributes:
        labelers, reviewers: places of the people.
        speed, review_speed: items a second, by person and future.
        to_do, decisions: items to be done and decisions to be made, by future; those that are
            sent back are counted again.
        rejection: share of the decisions that send back, by future.
    """

    work: Work
    labelers: Integers
    reviewers: Integers
    speed: Floats
    review_speed: Floats
    to_do: Floats
    decisions: Floats
    rejection: Floats


def staffed(works: Sequence[Work], habits: Habits, place: Mapping[int, int]) -> list[Staffed]:
    """All of these works at once, since each alone would be many small steps."""
    rejection = _rejections(works, habits)
    labelers = [_places(work.people, place) for work in works]
    reviewers = [_places(_reviewers(work, habits) if work.review else (), place) for work in works]
    batches = np.array([work.batch for work in works], dtype=np.int64)
    numbers = np.array(habits.people, dtype=np.int64)
    speeds = _speeds(habits.labeling, 1, numbers, labelers, batches)
    review_speeds = _speeds(habits.review, 2, numbers, reviewers, batches)
    found = []
    for number, work in enumerate(works):
        to_do = np.full(FUTURES, float(work.to_do))
        decisions = (work.to_do + work.to_review) / (1 - rejection[number])
        if work.people:
            to_do = to_do + decisions * rejection[number]
        else:
            # What is sent back would have nobody to do it again, and would never be finished.
            decisions = np.full(FUTURES, float(work.to_review))
        found.append(
            Staffed(
                work,
                labelers[number],
                reviewers[number],
                speeds[number],
                review_speeds[number],
                to_do,
                decisions if work.review else np.zeros(FUTURES),
                rejection[number],
            )
        )
    return found


def _rejections(works: Sequence[Work], habits: Habits) -> Floats:
    """By work and future the share of decisions that send back; 0 where nobody decides.

    Nearly a beta distribution: the logarithm of its odds is close to normal.
    """
    beta = np.array([habits.rejection(work.batch) for work in works])
    reviewed = np.array([work.review for work in works])
    bad, good = beta.T
    sigma = np.sqrt(1 / (bad + 0.5) + 1 / (good + 0.5))
    batches = np.array([work.batch for work in works], dtype=np.int64)
    odds = np.log((bad + 1e-6) / (good + 1e-6))[:, None] + sigma[:, None] * even_normal(3, batches)
    share = np.minimum(1 / (1 + np.exp(-odds)), MOST_REJECTED)
    return np.asarray(share * reviewed[:, None])


def _reviewers(work: Work, habits: Habits) -> Sequence[int]:
    if work.reviewers is not None:
        return work.reviewers
    # Before anybody has decided anything, whoever may do the work is the best guess.
    return habits.reviewers or work.people


def _places(people: Sequence[int], place: Mapping[int, int]) -> Integers:
    return np.array([place[person] for person in dict.fromkeys(people)], dtype=np.int64)


def _speeds(
    station: Station, kind: int, numbers: Integers, crews: Sequence[Integers], batches: Integers
) -> list[Floats]:
    """By work: items a second by person and future."""
    sizes = [len(crew) for crew in crews]
    where = np.concatenate(crews)
    work = np.repeat(np.arange(len(crews)), sizes)
    log, by_person, by_batch, by_pair = (
        np.asarray(each, dtype=np.float32) for each in station.paces(numbers, batches, where, work)
    )
    drawn = normal(kind, batches[work] + 1, numbers[where])
    drawn *= by_pair[:, None]
    drawn += by_person[:, None] * even_normal(kind, 0, numbers)[where]
    of_batch = by_batch[:, None] * even_normal(kind, batches + 1)
    of_batch += np.float32(station.common) * even_normal(0)
    drawn += of_batch[work]
    drawn += log[:, None]
    speed = np.exp(np.negative(drawn, out=drawn), out=drawn)
    return np.split(speed, np.cumsum(sizes)[:-1])
