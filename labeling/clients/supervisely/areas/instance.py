"""What the SDK asks about the server itself."""

from django.utils.translation import gettext_lazy

from labeling.clients.supervisely.calls import Answer, Asking, call, refuse

# The lowest that SDK 6.74.51 is content with; below it warns at every start.
VERSION = "6.18.3"


@call("instance.version")
def version(_asking: Asking) -> Answer:
    """The version of Supervisely whose calls these are."""
    return {"version": VERSION}


refuse(
    gettext_lazy("It labels images."),
    "videos.*",
    "volumes.*",
    "point-clouds.*",
    "point-cloud-episodes.*",
)
refuse(gettext_lazy("It runs no apps, agents or models of Supervisely."), "agents.*", "models.*",
       "ecosystem.*", "tasks.*")  # fmt: skip
