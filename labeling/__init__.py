"""The desk itself; accounts of people are in the package beside it."""

from labeling.celery import app as celery_app

# Celery's way: whoever imports the project has the application that sends its messages.
__all__ = ["celery_app"]
