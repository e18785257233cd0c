"""Addresses of the exports pages."""

from django.urls import path

from labeling.exports import views

app_name = "exports"

urlpatterns = [
    path("projects/<int:pk>/export/", views.export_project, name="export-project"),
    path("datasets/<int:pk>/export/", views.export_dataset, name="export-dataset"),
    path("batches/<int:pk>/export/", views.export_batch, name="export-batch"),
    path("jobs/<int:pk>/export/", views.export_job, name="export-job"),
    path(
        "datasets/<int:pk>/import-annotations/", views.import_annotations, name="import-annotations"
    ),
]
