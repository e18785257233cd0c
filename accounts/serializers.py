"""People and teams as REST shows them."""

from typing import Any

from rest_framework import serializers

from accounts.models import ApiToken, Invitation, Membership, Team, User
from labeling.core.api_verbs import represents


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person as they appear on work: by id, login and name."""

    login = serializers.CharField(source="username", read_only=True)
    name = serializers.CharField(read_only=True)

    class Meta:
        model = User
        fields = ("id", "login", "name")
        read_only_fields = fields


class OwnTeamSerializer(serializers.Serializer[Membership]):
    """A team that one is in, and as what."""

    id = serializers.IntegerField(source="team_id", read_only=True)
    name = serializers.CharField(source="team.name", read_only=True)
    role = serializers.CharField(read_only=True)
    restricted = serializers.BooleanField(read_only=True)


@represents(User)
class MeSerializer(serializers.ModelSerializer[User]):
    """Who one is, with one's teams."""

    login = serializers.CharField(source="username", read_only=True)
    name = serializers.CharField(read_only=True)
    teams = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "login", "name", "email", "teams")
        read_only_fields = fields

    def get_teams(self, user: User) -> list[dict[str, Any]]:
        """The active memberships."""
        actor = self.context["request"].actor
        memberships = sorted(actor.memberships.values(), key=lambda each: each.team_id)
        return [dict(OwnTeamSerializer(each).data) for each in memberships]


@represents(Team)
class TeamSerializer(serializers.ModelSerializer[Team]):
    """A team."""

    class Meta:
        model = Team
        fields = ("id", "name", "created_at")
        read_only_fields = fields


@represents(Membership)
class MemberSerializer(serializers.ModelSerializer[Membership]):
    """What a person is in a team."""

    login = serializers.CharField(source="user.username", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Membership
        fields = (
            "id",
            "team",
            "user",
            "login",
            "name",
            "role",
            "restricted",
            "most_jobs",
            "joined_at",
            "deactivated_at",
        )
        read_only_fields = fields


@represents(Invitation)
class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation. Its link is told once, when it is made."""

    created_by = PersonSerializer(read_only=True)
    status = serializers.CharField(read_only=True)

    class Meta:
        model = Invitation
        fields = (
            "id",
            "team",
            "email",
            "role",
            "restricted",
            "status",
            "created_by",
            "created_at",
            "expires_at",
            "accepted_at",
            "revoked_at",
        )
        read_only_fields = fields


@represents(ApiToken)
class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token of one's own; its secret was told once, when it was made."""

    status = serializers.CharField(read_only=True)

    class Meta:
        model = ApiToken
        fields = (
            "id",
            "name",
            "prefix",
            "status",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        )
        read_only_fields = fields
