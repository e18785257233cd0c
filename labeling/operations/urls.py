"""Addresses of operations, and of what is told of them."""

from django.urls import path

from labeling.operations.views import lists, notices, pages, webhooks

app_name = "operations"

urlpatterns = [
    path("teams/<int:team_id>/operations/", lists.OperationsPage.as_view(), name="list"),
    path("teams/<int:team_id>/bell/", notices.bell, name="bell"),
    path("teams/<int:team_id>/notices/", notices.NoticesPage.as_view(), name="notices"),
    path("teams/<int:team_id>/mark-seen/", notices.mark_seen, name="mark-seen"),
    path("teams/<int:team_id>/webhooks/", webhooks.WebhooksPage.as_view(), name="webhooks"),
    path("teams/<int:team_id>/add-webhook/", webhooks.add_webhook, name="add-webhook"),
    path("webhooks/<int:pk>/", webhooks.WebhookPage.as_view(), name="webhook"),
    path("webhooks/<int:pk>/<slug:verb>/", webhooks.webhook_verb, name="webhook-verb"),
    path("deliveries/<int:pk>/", webhooks.delivery_page, name="delivery"),
    path("deliveries/<int:pk>/<slug:verb>/", webhooks.delivery_verb, name="delivery-verb"),
    path("operations/<int:pk>/", pages.operation_page, name="operation"),
    path("operations/<int:pk>/progress/", pages.progress, name="progress"),
    path("operations/<int:pk>/rows/", lists.OperationRowsPage.as_view(), name="rows"),
    path("operations/<int:pk>/rows.jsonl", lists.OperationRowsLines.as_view(), name="rows-lines"),
    path("operations/<int:pk>/results.jsonl", pages.results, name="results"),
    path("operations/<int:pk>/download/", pages.download, name="download"),
    path("operations/<int:pk>/<slug:verb>/", pages.operation_verb, name="operation-verb"),
]
