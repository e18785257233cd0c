"""What the demo's people did in the last days: every verb through the workflow, as in real life."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.actor import Actor
from accounts.models import Team, User
from labeling.core.workflow import Change, actions, perform
from labeling.demo.clock import Clock
from labeling.demo.pictures import Fruit, Picture
from labeling.jobs.models import Batch, Event, Job, JobItem
from labeling.jobs.states import Status
from labeling.operations.waiting import finish
from labeling.projects.models import Dataset

INSTRUCTIONS = """\
Draw a **tight rectangle** around every fruit.

- The shadow is not part of the fruit.
- Give each fruit its *size*: small, medium or large.
- Skip a picture only when no fruit can be told, and say why.
"""
WAIT_SECONDS = 120.0
SECONDS_AN_ITEM = {"ana": 34, "ben": 52}
BREAK_SECONDS = 2400
ORIGINS = ("Sicily", "Murcia", "Bay of Plenty", "Menton")


class Story:
    """Tells what happened.

    Arguments:
        people: the demo's people by key.
        pictures: what is on each picture, by item name.
    """

    def __init__(self, team: Team, people: Mapping[str, User], pictures: Mapping[str, Picture]):
        self.team = team
        self.people = people
        self.pictures = pictures
        self.chance = random.Random(11)

    def act(self, key: str, obj: Any, verb: str, at: datetime | None = None, **data: Any) -> Change:
        """One verb by one person at one time."""
        actor = Actor.for_user(self.people[key])
        return perform(actions[type(obj), verb], obj, actor, data, at=at)

    def launch(self, dataset: Dataset, days_ago: int, **data: Any) -> Batch:
        """A batch by the manager, some days ago."""
        launched = Clock(days_ago, self.chance).now
        change = self.act(
            "manager", dataset, "create-batch", launched, instructions=INSTRUCTIONS, **data
        )
        batch: Batch = change.outcome
        finish(change.outcome.operation.pk, WAIT_SECONDS)
        Batch.objects.filter(pk=batch.pk).update(created_at=launched, updated_at=launched)
        batch.jobs.update(created_at=launched, updated_at=launched)
        Event.objects.filter(batch=batch).update(at=launched + timedelta(seconds=4))
        return Batch.objects.get(pk=batch.pk)

    def key_of(self, job: Job) -> str:
        """Which of the people has the job."""
        return next(key for key, user in self.people.items() if user.pk == job.annotator_id)

    def label(self, job: Job, days_ago: int, hour: int = 9, share: float = 1.0) -> Clock:
        """The annotator labels a share of the items, with a break; answers when that ended."""
        key = self.key_of(job)
        pace = SECONDS_AN_ITEM[self.people[key].username]
        clock = Clock(days_ago, self.chance, hour)
        self.act(key, job, "start", clock.tick(300))
        rows = list(job.job_items.select_related("item", "annotation"))
        for number, row in enumerate(rows[: round(len(rows) * share)]):
            if number == len(rows) // 2:
                clock.tick(BREAK_SECONDS)
            self.label_item(key, row, clock, pace)
        return clock

    def label_item(self, key: str, row: JobItem, clock: Clock, pace: float) -> None:
        """Boxes around the fruits that the job asks for, or now and then a skip."""
        if self.chance.random() < 0.03:
            self.act(key, row, "skip-item", clock.tick(pace), reason="Too blurred to tell.")
            return
        document = self.document(row)
        self.act(
            key,
            row,
            "save-annotation",
            clock.tick(pace),
            version=row.annotation.version,
            document=document,
        )
        self.act(key, row, "confirm-item", clock.tick(3))

    def document(self, row: JobItem) -> dict[str, Any]:
        """What a careful person would draw on this picture."""
        classes = {each.name: each.pk for each in row.job.batch.classes.all()}
        tags = {each.name: each.pk for each in row.job.batch.tags.all()}
        fruits = [each for each in self.pictures[row.item.name].fruits if each.kind in classes]
        kept = list(row.annotation.document["objects"])
        known = {each["id"] for each in kept}
        for number, fruit in enumerate(fruits):
            key = f"{row.item.content_hash[:12]}-{fruit.kind}-{number}"
            if key not in known:
                kept.append(self.drawn(key, fruit, classes[fruit.kind], tags))
        image_tags = row.annotation.document["tags"]
        if "origin" in tags and not image_tags:
            image_tags = [{"tag": tags["origin"], "value": self.chance.choice(ORIGINS)}]
        return {"objects": kept, "tags": image_tags}

    def drawn(
        self, key: str, fruit: Fruit, class_id: int, tags: Mapping[str, int]
    ) -> dict[str, Any]:
        """One fruit as an object: mostly a rectangle, sometimes its outline."""
        shape = {"id": key, "class": class_id, "source": "person"}
        if self.chance.random() < 0.2:
            points = [[round(x, 1), round(y, 1)] for x, y in fruit.outline]
            shape |= {"shape": "polygon", "points": points}
        else:
            left, top, right, bottom = (round(side) for side in fruit.box)
            shape |= {"shape": "rectangle", "points": [[left, top], [right, bottom]]}
        return shape | {
            "tags": [{"tag": tags["size"], "value": fruit.size}] if "size" in tags else []
        }

    def submit(self, job: Job, clock: Clock) -> None:
        """The annotator hands it in."""
        self.act(self.key_of(job), job, "submit", clock.tick(20), anyway=True)

    def review(self, job: Job, clock: Clock, rejects: int = 0, undecided: int = 0) -> None:
        """The reviewer decides on the items, leaving some undecided."""
        self.act("reviewer", job, "start-review", clock.tick(5400))
        rows = list(job.job_items.all())
        for number, row in enumerate(rows[: len(rows) - undecided]):
            if number < rejects:
                reason = ("The box is too loose.", "One fruit is missing.")[number % 2]
                self.act("reviewer", row, "reject-item", clock.tick(14), reason=reason)
            else:
                self.act("reviewer", row, "accept-item", clock.tick(8))


def tell(story: Story, june: Dataset, july: Dataset) -> None:
    """Two batches with jobs in every status.

    Each batch's history is told in one transaction: whole, or again with the next try.
    """
    people = story.people
    lemons = Batch.objects.filter(dataset=june).first()
    if lemons is None:
        shared = [people["annotator"].pk, people["annotator2"].pk]
        lemons = story.launch(
            june,
            9,
            name="Lemons and kiwis, June",
            description="The first look at the June pictures.",
            people=shared,
            jobs_a_person=4,
            reviewer=people["reviewer"].pk,
            due_at=(Clock(0, story.chance).now + timedelta(days=3)).isoformat(),
        )
    if is_untold(lemons):
        with transaction.atomic():
            tell_june(story, list(lemons.jobs.order_by("number")))
    pool = Batch.objects.filter(dataset=july).first()
    if pool is None:
        pool = story.launch(
            july,
            3,
            name="Kiwis, July",
            description="Only kiwis; anybody takes the next one.",
            classes=[july.project.classes.get(name="kiwi").pk],
            split="segments",
            segment_size=6,
            priority=4,
            objects_limit=20,
            due_at=(Clock(1, story.chance).now).isoformat(),
        )
    if is_untold(pool):
        with transaction.atomic():
            tell_july(story, pool)


def is_untold(batch: Batch) -> bool:
    """Whether nobody has touched the batch's jobs yet."""
    return not batch.jobs.exclude(status=Status.PENDING).exists()


def tell_june(story: Story, jobs: list[Job]) -> None:
    """Eight jobs: three completed, two on review, one sent back, one in progress, one stopped."""
    # The first four are Ana's, the others Ben's.
    done, mixed, sent_back, begun, fixed, waiting, reviewed, stopped = jobs
    clock = story.label(done, 8)
    story.submit(done, clock)
    story.review(done, clock)
    story.act("reviewer", done, "complete", clock.tick(10))

    clock = story.label(fixed, 7, 13)
    story.submit(fixed, clock)
    story.review(fixed, clock, rejects=2)
    story.act("reviewer", fixed, "send-back", clock.tick(10))
    for row in fixed.job_items.filter(state="rejected"):
        story.act(story.key_of(fixed), row, "confirm-item", clock.tick(60))
    story.submit(fixed, clock)
    story.act("reviewer", fixed, "start-review", clock.tick(1800))
    story.act("reviewer", fixed, "complete", clock.tick(60), accept_rest=True)

    clock = story.label(mixed, 6, 10)
    story.submit(mixed, clock)
    story.review(mixed, clock, rejects=1)
    story.act("reviewer", mixed, "complete", clock.tick(10))

    clock = story.label(waiting, 1, 14)
    story.submit(waiting, clock)

    clock = story.label(reviewed, 2, 11)
    story.submit(reviewed, clock)
    story.review(reviewed, clock, rejects=1, undecided=2)
    text = "Is the one in the corner a lemon or a very yellow kiwi?"
    first = reviewed.job_items.all()[0]
    story.act("reviewer", reviewed, "comment", clock.tick(20), text=text, job_item=first.pk)

    clock = story.label(sent_back, 1, 10)
    story.submit(sent_back, clock)
    story.review(sent_back, clock, rejects=2)
    story.act("reviewer", sent_back, "send-back", clock.tick(10))

    story.label(begun, 0, share=0.5)
    clock = story.label(stopped, 4, 15, share=0.4)
    story.act("manager", stopped, "stop", clock.tick(3600))


def tell_july(story: Story, pool: Batch) -> None:
    """One job taken from the pool and begun; the others wait there."""
    taken = story.act("annotator2", story.team, "take-next", Clock(2, story.chance).now).outcome
    story.label(taken, 2, 15, share=0.7)
    late = pool.created_at + timedelta(days=1)
    Job.objects.filter(batch=pool, annotator=None).update(updated_at=F("created_at"))
    text = "The pool is for everybody: take the next job when you have time."
    story.act("manager", taken, "comment", late, text=text)
