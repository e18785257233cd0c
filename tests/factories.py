"""Makes the things that tests are about. People first, then what they work on."""

import factory
from factory.django import DjangoModelFactory

from accounts.models import Membership, Team, User
from accounts.roles import Role

PASSWORD = "correct horse 42"


class UserFactory(DjangoModelFactory[User]):
    """A person who signs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence("person{}".format)
    display_name = factory.LazyAttribute(lambda user: user.username.title())
    password = factory.django.Password(PASSWORD)


class TeamFactory(DjangoModelFactory[Team]):
    """A team without members."""

    class Meta:
        model = Team

    name = factory.Sequence("Team {}".format)


class MembershipFactory(DjangoModelFactory[Membership]):
    """An annotator of a new team."""

    class Meta:
        model = Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.ANNOTATOR
