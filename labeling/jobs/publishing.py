"""When a job is completed, its labels become the labels of its items."""

from labeling.jobs.models import Annotation, Job
from labeling.jobs.states import ItemState
from labeling.jobs.succession import labels_of
from labeling.projects.documents import published
from labeling.projects.labels import store_labels

CHUNK = 200


def publish_labels(job: Job) -> int:
    """Write the job's labels to its items; answers how many.

    Accepted items are published; without review, done ones. Only objects and tags that the job
    offered are replaced, so that two jobs for different classes of one image do not undo each
    other.
    """
    state = ItemState.ACCEPTED if job.batch.needs_review else ItemState.DONE
    class_ids = set(job.batch.classes.values_list("pk", flat=True))
    tag_ids = set(job.batch.tags.values_list("pk", flat=True))
    finished = (
        Annotation.objects.filter(job_item__job=job, job_item__state=state)
        .select_related("job_item__item__labels")
        .order_by("job_item__position")
    )
    count = 0
    for annotation in finished.iterator(chunk_size=CHUNK):
        item = annotation.job_item.item
        document = published(labels_of(item), annotation.document, class_ids, tag_ids)
        store_labels(item, document)
        count += 1
    return count
