"""Addresses of people's own pages, of teams and their members."""

from django.urls import path

from accounts.views import invitations, members, own_account, teams

app_name = "accounts"

urlpatterns = [
    path("account/", own_account.profile, name="profile"),
    path("account/tokens/", own_account.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke-token/", own_account.revoke_token, name="revoke-token"),
    path("teams/", teams.TeamsPage.as_view(), name="teams"),
    path("teams/create-team/", teams.create_team, name="create-team"),
    path("teams/<int:team_id>/edit-team/", teams.edit_team, name="edit-team"),
    path("teams/<int:team_id>/members/", members.MembersPage.as_view(), name="members"),
    path("teams/<int:team_id>/invite/", invitations.invite, name="invite"),
    path("members/<int:pk>/<slug:verb>/", members.member_verb, name="member-verb"),
    path(
        "invitations/<int:pk>/revoke-invitation/",
        invitations.revoke_invitation,
        name="revoke-invitation",
    ),
    path("invitations/<str:token>/", invitations.accept, name="invitation"),
]
