"""Who gets which job when work is spread evenly: by the items that people still hold."""

from collections.abc import Mapping, Sequence

from django.db.models import F, Sum

from labeling.jobs.models import Job
from labeling.jobs.states import ANNOTATING, any_of


def spread(
    left: Mapping[int, int], held: Mapping[int, int], barred: Mapping[int, int]
) -> dict[int, int]:
    """Give each job to the person who then holds the fewest items.

    The largest jobs go first, which keeps the shares closest; the order of `held` and of `left`
    breaks ties, so that the same input gives the same shares.

    Arguments:
        left: items that are left, by job.
        held: items that people hold already, by person; at least one person.
        barred: a person who may not get the job (its reviewer), by job. They get it only when
            there is nobody else, and are refused then with the reason.
    """
    load = dict(held)
    order = {person: index for index, person in enumerate(load)}
    shares: dict[int, int] = {}
    for job, items in sorted(left.items(), key=lambda pair: -pair[1]):
        able = [person for person in load if person != barred.get(job)] or list(load)
        person = min(able, key=lambda each: (load[each], order[each]))
        load[person] += items
        shares[job] = person
    return shares


def held_items(team_id: int, person_ids: Sequence[int], without: Sequence[int]) -> dict[int, int]:
    """The items that people still have to do in a team, those of some jobs left aside."""
    open_jobs = (
        Job.objects.live()
        .filter(any_of(ANNOTATING), team=team_id, annotator__in=person_ids)
        .values("pk", "annotator")
        .annotate(items_left=Sum(F("items") - F("done")))
    )
    held = dict.fromkeys(person_ids, 0)
    aside = set(without)
    for row in open_jobs.order_by():
        if row["pk"] not in aside:
            held[row["annotator"]] += row["items_left"]
    return held
