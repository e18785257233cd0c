"""The page about vendors' scripts; the vendors' own addresses are mounted beside it."""

from django.urls import path

from labeling.clients import views

app_name = "clients"
urlpatterns = [path("account/scripts/", views.scripts, name="scripts")]
