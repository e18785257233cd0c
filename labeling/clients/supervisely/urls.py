"""Where Supervisely's SDK is pointed: `SERVER_ADDRESS=<server>/supervisely`."""

from django.urls import path

from labeling.clients.supervisely import views

app_name = "supervisely"
urlpatterns = [
    # Without a slash at the end: the SDK posts, and a redirect would lose what it sent.
    path("public/api/v3/<str:name>", views.answer, name="call"),
]
