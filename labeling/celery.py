"""The Celery application: which queues there are, and what happens on a schedule.

With the in-memory broker a worker thread of the web process takes the queues (see
`labeling.operations.embedded`). With a real broker, start workers by Celery's own command:

    celery -A labeling worker --queues quick,bulk
    celery -A labeling beat
"""

import os

from celery import Celery
from celery.schedules import schedule
from kombu import Queue as BrokerQueue

from labeling.operations.queues import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labeling.settings")

SWEEP_EVERY = 10  # seconds

app = Celery("labeling")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = tuple(BrokerQueue(queue.value) for queue in Queue)
app.conf.task_default_queue = Queue.QUICK.value
app.conf.beat_schedule = {
    "sweep": {
        "task": "labeling.operations.sweep",
        "schedule": schedule(SWEEP_EVERY),
        "options": {"expires": SWEEP_EVERY},
    },
    "estimates": {
        "task": "labeling.jobs.refresh_estimates",
        "schedule": schedule(SWEEP_EVERY),
        "options": {"expires": SWEEP_EVERY},
    },
}
app.autodiscover_tasks()
