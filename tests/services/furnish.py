"""Furnishes a desk's own database for the services tests: `python -m tests.services.furnish`.

Runs in a process with the desk's environment and prints what it made as JSON: a manager, a
reviewer and many annotators with tokens, and jobs of a few items in the pool.
"""

import argparse
import json
import sys
from typing import Any

import django

django.setup()  # the models below need it, so it stands above their imports

from django.contrib.auth.hashers import make_password  # noqa: E402

from accounts.models import ApiToken, Team, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from tests.factories import (  # noqa: E402
    PASSWORD,
    BatchFactory,
    DatasetFactory,
    JobFactory,
    LabelClassFactory,
    MembershipFactory,
    ProjectFactory,
    TeamFactory,
    UserFactory,
)


def furnish(annotators: int, jobs: int, items: int) -> dict[str, Any]:
    """The team; `jobs` jobs of `items` items each in the pool."""
    team = TeamFactory.create(name="Race")
    manager = member(team, "max", Role.MANAGER)
    project = ProjectFactory.create(team=team, created_by=manager)
    lemon = LabelClassFactory.create(project=project, name="lemon")
    batch = BatchFactory.create(dataset=DatasetFactory.create(project=project))
    batch.classes.add(lemon)
    made = [JobFactory.create(batch=batch, size=items) for _number in range(jobs)]
    people = [member(team, f"person{number}", Role.ANNOTATOR) for number in range(annotators)]
    reviewers = [member(team, name, Role.REVIEWER) for name in ("kim", "lee")]
    # One hash for all: fifty of them would take longer than the race.
    User.objects.filter(memberships__team=team).update(password=make_password(PASSWORD))
    return {
        "team": team.pk,
        "project": project.pk,
        "dataset": batch.dataset_id,
        "class": lemon.pk,
        "jobs": [job.pk for job in made],
        "manager": token(manager),
        "reviewers": [token(person) for person in reviewers],
        "annotators": [token(person) for person in people],
    }


def member(team: Team, login: str, role: Role) -> User:
    """Somebody new in the team."""
    person: User = UserFactory.create(username=f"{login}-{team.pk}", password=None)
    MembershipFactory.create(team=team, user=person, role=role)
    return person


def token(person: User) -> str:
    """A key for their script."""
    _token, secret = ApiToken.issue(person, "test")
    return secret


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("annotators", "jobs", "items"):
        parser.add_argument(f"--{name}", type=int, default=1)
    json.dump(furnish(**vars(parser.parse_args())), sys.stdout)
