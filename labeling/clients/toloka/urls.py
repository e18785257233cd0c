"""Where Toloka's client is pointed: `TolokaClient(token, url="<server>/toloka")`."""

from django.urls import path

from labeling.clients.toloka import views

app_name = "toloka"
urlpatterns = [
    # Without a slash at the end: the client posts, and a redirect would lose what it sent.
    path("api/<path:call>", views.answer, name="call"),
]
