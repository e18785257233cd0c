"""Where Labelbox's client is pointed: `Client(endpoint="<server>/labelbox/graphql")`."""

from django.urls import path

from labeling.clients.labelbox import views

app_name = "labelbox"
urlpatterns = [
    path("graphql", views.graphql, name="graphql"),
    path("teams/<int:team_id>/graphql", views.graphql, name="team-graphql"),
    path("results/<str:token>", views.results, name="results"),
]
