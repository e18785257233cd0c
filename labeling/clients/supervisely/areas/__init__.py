"""What is served, one module for each area of the SDK; importing them fills the table of calls."""

from labeling.clients.supervisely.areas import (
    instance,
    job_changes,
    job_making,
    jobs,
    members,
    roles,
    teams,
    users,
    workspaces,
)

__all__ = [
    "instance",
    "job_changes",
    "job_making",
    "jobs",
    "members",
    "roles",
    "teams",
    "users",
    "workspaces",
]
