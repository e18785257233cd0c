"""What the SDK asks about the server itself."""

from labeling.clients.supervisely.calls import Answer, Asking, call

# The lowest that SDK 6.74.51 is content with; below it warns at every start.
VERSION = "6.18.3"


@call("instance.version")
def version(_asking: Asking) -> Answer:
    """The version of Supervisely whose calls these are."""
    return {"version": VERSION}
