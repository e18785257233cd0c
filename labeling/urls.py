"""Every address of the desk. The only place that knows every package."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# The admin's own sign-in would know neither the second factor nor our pages.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("accounts.urls")),
    path("account/", include("accounts.sign_in")),
    path("", include("labeling.operations.urls")),
    path("", include("labeling.projects.urls")),
    # Before the jobs, whose addresses of verbs take any word.
    path("", include("labeling.exports.urls")),
    path("", include("labeling.jobs.urls")),
    path("api/", include("labeling.api_urls")),
    path("", include("labeling.clients.urls")),
    path("labelbox/", include("labeling.clients.labelbox.urls")),
    path("supervisely/", include("labeling.clients.supervisely.urls")),
    path("toloka/", include("labeling.clients.toloka.urls")),
    path("admin/", admin.site.urls),
]
