"""Jobs that are made, changed, and changed back."""

from collections import Counter

from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Event, Job, JobItem
from labeling.jobs.moving import Moving
from labeling.jobs.states import BatchStatus
from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.projects.models import Dataset
from tests.factories import BatchFactory, JobFactory, LabelClassFactory
from tests.services.kills import Scenario, rows_once, scenario
from tests.services.kills.projects import dataset_of

ITEMS, SEGMENT, JOBS = 60, 9, 120


@scenario("launch-batch")
class LaunchBatch(Scenario):
    """Every item lies in one job, and no job is left half made."""

    sizes = {"labeling.jobs.operations.launching:ITEMS_A_CHUNK": 4}

    def __init__(self) -> None:
        super().__init__()
        self.dataset = dataset_of(self, size=ITEMS)
        LabelClassFactory.create(project=self.dataset.project, name="lemon")

    def start(self) -> Operation:
        wanted = {"name": "Fruit", "split": "segments", "segment_size": SEGMENT}
        batch: Batch = perform(
            actions[Dataset, "create-batch"], self.dataset, self.manager, wanted
        ).outcome
        assert batch.operation is not None
        return batch.operation

    def check(self, operation: Operation) -> None:
        batch = Batch.objects.get(pk=operation.plan["batch"])
        assert batch.status == BatchStatus.PROCESSING
        held = JobItem.objects.filter(job__batch=batch)
        assert sorted(held.values_list("item", flat=True)) == sorted(
            self.dataset.items.values_list("pk", flat=True)
        )
        jobs = list(batch.jobs.order_by("number"))
        assert [job.number for job in jobs] == list(range(1, -(-ITEMS // SEGMENT) + 1))
        assert not [job for job in jobs if job.archived_at]
        told = Event.objects.filter(batch=batch, verb="launch").values_list("job", flat=True)
        assert sorted(told) == sorted(job.pk for job in jobs)


@scenario("add-items")
class AddItems(Scenario):
    """Every item that was not in the batch lies in one more job, and no job is left half made."""

    sizes = {"labeling.jobs.operations.extending:ITEMS_A_CHUNK": 4}

    def start(self) -> Operation:
        batch = BatchFactory.create(
            dataset=dataset_of(self, size=ITEMS), split="segments", segment_size=SEGMENT
        )
        JobFactory.create(batch=batch, size=2)
        perform(actions[Batch, "add-items"], batch, self.manager, {"first": 1, "last": ITEMS})
        made = Batch.objects.get(pk=batch.pk).operation
        assert made is not None
        return made

    def check(self, operation: Operation) -> None:
        batch = Batch.objects.get(pk=operation.plan["batch"])
        held = JobItem.objects.filter(job__batch=batch)
        assert sorted(held.values_list("item", flat=True)) == sorted(
            batch.dataset.items.values_list("pk", flat=True)
        )
        jobs = list(batch.jobs.order_by("number"))
        assert [job.number for job in jobs] == list(range(1, -(-ITEMS // SEGMENT) + 2))
        assert not [job for job in jobs if job.archived_at]
        assert all(job.items == job.job_items.count() for job in jobs)
        told = Event.objects.filter(batch=batch, verb="launch").values_list("job", flat=True)
        assert sorted(told) == sorted(job.pk for job in jobs[1:])


class ChangedJobs(Scenario):
    """Many jobs of one batch."""

    sizes = {"labeling.jobs.operations.job_tasks:CHUNK": 10}

    def __init__(self) -> None:
        super().__init__()
        batch = BatchFactory.create(dataset=dataset_of(self))
        self.jobs = [JobFactory.create(batch=batch, priority=3).pk for _ in range(JOBS)]
        self.told = self.events()

    def change(self, priority: int) -> Operation:
        """Ask for that priority of every job."""
        data = {"verb": "set-priority", "priority": str(priority), "jobs": self.jobs}
        return engine.start("change-jobs", self.manager, self.team, data)

    def events(self) -> Counter[int]:
        """How often each job's priority was set."""
        lines = Event.objects.filter(job__in=self.jobs, verb="set-priority")
        return Counter(lines.values_list("job", flat=True))

    def check_changed(self, operation: Operation, priority: int) -> None:
        """Assert that every job has it, and that its history tells so once."""
        rows_once(operation, JOBS)
        assert not operation.rows.exclude(outcome="ok").exists()
        values = Job.objects.filter(pk__in=self.jobs).values_list("priority", flat=True)
        assert set(values) == {priority}
        now = self.events()
        assert now - self.told == Counter(self.jobs)
        self.told = now


@scenario("change-jobs")
class ChangeJobs(ChangedJobs):
    """A priority that is not what it was."""

    priority = 3

    def start(self) -> Operation:
        self.priority = self.priority % 5 + 1
        return self.change(self.priority)

    def check(self, operation: Operation) -> None:
        self.check_changed(operation, self.priority)


@scenario("undo-change-jobs")
class UndoChangeJobs(ChangedJobs):
    """Back to what it was before a change."""

    def start(self) -> Operation:
        change = self.change(5)
        engine.run(change.pk)
        self.check_changed(change, 5)
        data = {"operation": change.pk}
        return engine.start("undo-change-jobs", self.manager, self.team, data)

    def check(self, operation: Operation) -> None:
        self.check_changed(operation, 3)


@scenario("rebalance-batch")
class RebalanceBatch(Scenario):
    """Each job that was to move is with its new person, and its history tells so once."""

    sizes = {"labeling.jobs.operations.job_tasks:CHUNK": 10}

    def __init__(self) -> None:
        super().__init__()
        self.batch: Batch = BatchFactory.create(dataset=dataset_of(self))
        self.jobs = [JobFactory.create(batch=self.batch).pk for _ in range(JOBS)]
        self.holder: int | None = None
        self.told = self.events()

    def start(self) -> Operation:
        before = self.holder
        self.holder = None if before else self.manager.user.pk
        movings = [Moving(pk, before, self.holder) for pk in self.jobs]
        data = {"batch": self.batch.pk, "movings": movings}
        return engine.start("rebalance-batch", self.manager, self.team, data, subject=self.batch)

    def events(self) -> Counter[int]:
        """How often each job was assigned."""
        lines = Event.objects.filter(job__in=self.jobs, verb="assign")
        return Counter(lines.values_list("job", flat=True))

    def check(self, operation: Operation) -> None:
        rows_once(operation, JOBS)
        assert not operation.rows.exclude(outcome="ok").exists()
        holders = Job.objects.filter(pk__in=self.jobs).values_list("annotator", flat=True)
        assert set(holders) == {self.holder}
        now = self.events()
        assert now - self.told == Counter(self.jobs)
        self.told = now
