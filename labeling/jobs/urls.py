"""Addresses of the jobs pages."""

from django.urls import path

from labeling.jobs.views import batch_list, batches, home, labeling, my_work

app_name = "jobs"

urlpatterns = [
    path("", home.start, name="start"),
    path("teams/<int:team_id>/", home.home, name="home"),
    path("teams/<int:team_id>/my-work/", my_work.my_work, name="my-work"),
    path("teams/<int:team_id>/take-next/", my_work.take_next, name="take-next"),
    path("teams/<int:team_id>/batches/", batch_list.BatchList.as_view(), name="batch-list"),
    path("teams/<int:team_id>/batches/new/", batches.new_batch, name="batch-new"),
    path("datasets/<int:pk>/batch-preview/", batches.preview, name="batch-preview"),
    path("batches/<int:pk>/", batches.batch, name="batch"),
    path("batches/<int:pk>/progress/", batches.batch_progress, name="batch-progress"),
    path("jobs/<int:pk>/label/", labeling.label, name="label"),
    path("jobs/<int:pk>/review/", labeling.review, name="review"),
]
