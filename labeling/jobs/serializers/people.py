"""People as they appear on work."""

from typing import Any

from rest_framework import serializers

from accounts.models import User


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person by id and name."""

    login = serializers.CharField(source="username", read_only=True)
    name = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "login", "name")

    def get_name(self, person: Any) -> str:
        """What others call them."""
        return str(person.name)
