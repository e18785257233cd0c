"""Addresses of operations."""

from django.urls import path

from labeling.operations.views import lists, pages

app_name = "operations"

urlpatterns = [
    path("teams/<int:team_id>/operations/", lists.OperationsPage.as_view(), name="list"),
    path("teams/<int:team_id>/operations/bell/", pages.bell, name="bell"),
    path("operations/<int:pk>/", pages.operation_page, name="operation"),
    path("operations/<int:pk>/progress/", pages.progress, name="progress"),
    path("operations/<int:pk>/rows/", lists.OperationRowsPage.as_view(), name="rows"),
    path("operations/<int:pk>/download/", pages.download, name="download"),
    path("operations/<int:pk>/<slug:verb>/", pages.operation_verb, name="operation-verb"),
]
