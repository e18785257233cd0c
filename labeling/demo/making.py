"""Makes the demo, step by step; each step keeps what is there, so a second run adds nothing."""

import fcntl
import random
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.actor import Actor
from accounts.models import Membership
from labeling.demo.addresses import desk_address
from labeling.demo.clock import Clock
from labeling.demo.people import (
    issue_credentials,
    keep_credentials,
    known_credentials,
    make_people,
)
from labeling.demo.pictures import Drawings
from labeling.demo.project import make_dataset, make_project
from labeling.demo.story import Story, tell
from labeling.jobs.estimates.refreshing import refresh
from labeling.operations.models import Operation
from labeling.projects.models import Item, Project

SEED = 7
DAYS = 10
JUNE = range(1, 49)
JULY = range(49, 73)


def make_demo() -> dict[str, Any]:
    """The demo's address, ids and logins; made if it is missing.

    Returns:
        url, team_id, workspace_id, project_id, dataset_id, and users by persona with id, login,
        password and token.
    """
    lock: Path = settings.LABELDESK_DATA / "demo.lock"
    with lock.open("w") as mine:
        # Somebody may start the desk with its demo and ask for the logins at the same moment.
        fcntl.flock(mine, fcntl.LOCK_EX)
        known = known_credentials()
        return {**known, "url": desk_address()} if known is not None else _made()


def _made() -> dict[str, Any]:
    team, people = make_people()
    manager = Actor.for_user(people["manager"])
    before = Clock(DAYS, random.Random(SEED)).now
    project = make_project(team, manager, before)
    drawn = Drawings(SEED, (*JUNE, *JULY))
    june = make_dataset(project, "Table, June", drawn.some(JUNE), manager, before)
    july = make_dataset(project, "Table, July", drawn.some(JULY), manager, before)
    _backdate(project, before)
    tell(Story(team, people, drawn), june, july)
    refresh(team.pk)
    facts = {
        "url": desk_address(),
        "team_id": team.pk,
        "workspace_id": project.workspace_id,
        "project_id": project.pk,
        "dataset_id": june.pk,
        "users": issue_credentials(people),
    }
    keep_credentials(facts)
    return facts


def _backdate(project: Project, at: datetime) -> None:
    """Let the project and what lies in it be as old as the history that is told of it."""
    Project.objects.filter(pk=project.pk).update(created_at=at)
    project.datasets.update(created_at=at)
    Item.objects.filter(dataset__project=project).update(created_at=at)
    Operation.objects.filter(team=project.team_id).update(
        created_at=at, started_at=at, completed_at=at
    )
    Membership.objects.filter(team=project.team_id).update(joined_at=at)
