"""Who gets which items of a batch: the one answer that the preview shows and the launch does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labeling.jobs.loads import Wanted, able_people
from labeling.jobs.models import Batch
from labeling.jobs.splitting import Share, split_items
from labeling.jobs.spreading import Able
from labeling.jobs.states import Split, Spread


@dataclass(frozen=True)
class Sharing:
    """How items become jobs of people.

    Attributes:
        person_ids: in the order of their names, so that the same question has the same answer.
        weights: by person; used by spreads that have weights.
        batch_id: the batch, where it has jobs already.
    """

    team_id: int
    project_id: int
    person_ids: Sequence[int]
    split: Split = Split.ORDERED
    spread: Spread = Spread.EQUAL
    weights: Mapping[int, float] = field(default_factory=dict)
    seed: int | None = None
    segment_size: int | None = None
    jobs_a_person: int = 1
    overlap: int = 1
    items_a_person: int | None = None
    batch_id: int | None = None

    @classmethod
    def of_batch(cls, batch: Batch) -> "Sharing":
        """As the batch's settings say."""
        people = batch.people.order_by("display_name", "username")
        return cls(
            batch.team_id,
            batch.project_id,
            list(people.values_list("pk", flat=True)),
            Split(batch.split),
            Spread(batch.spread),
            {int(person): weight for person, weight in batch.weights.items()},
            batch.seed,
            batch.segment_size,
            batch.jobs_a_person,
            batch.overlap,
            batch.items_a_person,
            batch.pk,
        )

    def able(self) -> list[Able]:
        """Its people, with their pace, their open work and the room that their limits leave."""
        is_weighted = self.spread in (Spread.WEIGHTS, Spread.PERCENT)
        return able_people(
            Wanted(
                self.team_id,
                self.project_id,
                self.person_ids,
                self.weights if is_weighted else None,
                self.items_a_person,
                self.batch_id,
            )
        )


def shares_of(sharing: Sharing, item_ids: Sequence[int], people: Sequence[Able]) -> list[Share]:
    """The jobs that these items become.

    Arguments:
        people: those of the sharing, as `able` found them.
    """
    return split_items(
        item_ids,
        people,
        sharing.split,
        spread=sharing.spread,
        seed=sharing.seed,
        segment_size=sharing.segment_size,
        jobs_a_person=sharing.jobs_a_person,
        overlap=sharing.overlap,
    )
