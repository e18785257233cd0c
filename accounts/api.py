"""Oneself, teams and members over REST."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.filters import InvitationFilter, MemberOfTeamsFilter, TeamFilter, TokenFilter
from accounts.models import ApiToken, Invitation, Membership, Team, User
from accounts.serializers import (
    InvitationSerializer,
    MemberSerializer,
    MeSerializer,
    TeamSerializer,
    TokenSerializer,
)
from labeling.core.api_verbs import REFUSALS, Seen, form_serializer, input_of, input_serializer
from labeling.core.workflow import actions, perform

INVITE = actions[Team, "invite"]
CREATE = actions[User, "create-team"]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes our tokens."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A header with the word Token before the secret."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Token <secret>",
        }


class MeView(APIView):
    """Who the token or the session belongs to."""

    @extend_schema(summary="Who am I", responses={200: MeSerializer})
    def get(self, request: Request) -> Response:
        """One's account and teams."""
        account: Any = request.user  # never a visitor: those are refused before
        return Response(MeSerializer(account, context={"request": request}).data)


class NewInvitation(InvitationSerializer):
    """A fresh invitation with its link; the link is not told again."""

    link = serializers.CharField(read_only=True)

    class Meta(InvitationSerializer.Meta):
        fields = (*InvitationSerializer.Meta.fields, "link")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class TeamViewSet(Seen, ReadOnlyModelViewSet[Team]):
    """One's teams."""

    serializer_class = TeamSerializer
    filterset_class = TeamFilter

    def seen(self) -> QuerySet[Team]:
        """The actor's teams."""
        return Team.objects.visible_to(self.request.actor)

    @extend_schema(
        summary="Make a team",
        request=form_serializer("TeamCreate", CREATE.form),
        responses={201: TeamSerializer, **REFUSALS},
    )
    def create(self, request: Request) -> Response:
        """Make another team, and own it; for those who own one already."""
        data = input_of(request, CREATE.form)
        team = perform(CREATE, self.request.user, self.request.actor, data).outcome
        return Response(self.get_serializer(team).data, status=201)

    @extend_schema(
        summary="Invite somebody",
        request=input_serializer(INVITE),
        responses={201: NewInvitation, **REFUSALS},
        filters=False,
    )
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def invite(self, request: Request, pk: str | None = None) -> Response:
        """Make a link that lets one person into the team."""
        team = self.get_object()
        change = perform(INVITE, team, self.request.actor, input_of(request, INVITE.form))
        invitation, secret = change.outcome
        link = request.build_absolute_uri(reverse("accounts:invitation", args=[secret]))
        return Response({**InvitationSerializer(invitation).data, "link": link}, status=201)


class MemberViewSet(Seen, ReadOnlyModelViewSet[Membership]):
    """Who is what in one's teams."""

    serializer_class = MemberSerializer
    filterset_class = MemberOfTeamsFilter

    def seen(self) -> QuerySet[Membership]:
        """The memberships that the actor may see."""
        return Membership.objects.visible_to(self.request.actor).select_related("user", "team")


class InvitationViewSet(Seen, ReadOnlyModelViewSet[Invitation]):
    """Links into the teams whose people one manages."""

    serializer_class = InvitationSerializer
    filterset_class = InvitationFilter

    def seen(self) -> QuerySet[Invitation]:
        """The invitations that the actor may see."""
        return Invitation.objects.visible_to(self.request.actor).select_related("created_by")


class TokenViewSet(Seen, ReadOnlyModelViewSet[ApiToken]):
    """One's own API tokens. Another one is made on one's own page, by a person who signed in."""

    serializer_class = TokenSerializer
    filterset_class = TokenFilter

    def seen(self) -> QuerySet[ApiToken]:
        """The actor's own tokens."""
        return ApiToken.objects.visible_to(self.request.actor)
