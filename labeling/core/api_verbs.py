"""REST verbs: every action of a model becomes `POST /api/<things>/<id>/<verb>/`.

Nothing is written per verb. The request's schema is the action's form, the answer is the object
as it is now, or what the action made.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action as extra_action
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.core.errors import Invalid
from labeling.core.fields import IdListField
from labeling.core.http import get_visible_or_404, is_key
from labeling.core.registry import Registry
from labeling.core.workflow import Action, actions_of, perform

M = TypeVar("M", bound=models.Model)

representations: Registry[type[models.Model], type[serializers.BaseSerializer[Any]]] = Registry(
    "representation"
)


def represents(model: type[models.Model]) -> Callable[[Any], Any]:
    """Decorator for the serializer that shows a model wherever REST answers one."""
    return representations.register(model)


class Refusal(serializers.Serializer[Any]):
    """Why a request was refused: one sentence, and more where there is more to say."""

    detail = serializers.CharField()
    errors = serializers.JSONField(required=False)  # type: ignore[assignment]
    state = serializers.CharField(required=False)


REFUSALS = {
    400: OpenApiResponse(Refusal, description="Some values do not fit."),
    403: OpenApiResponse(Refusal, description="Your role does not allow this."),
    404: OpenApiResponse(description="There is no such thing, or it is not yours to see."),
    409: OpenApiResponse(Refusal, description="Not now: the state does not allow it."),
}

SIMPLE_FIELDS: tuple[tuple[type[forms.Field], type[serializers.Field[Any, Any, Any, Any]]], ...] = (
    (forms.BooleanField, serializers.BooleanField),
    (forms.IntegerField, serializers.IntegerField),
    (forms.FloatField, serializers.FloatField),
    (forms.DateTimeField, serializers.DateTimeField),
    (forms.DateField, serializers.DateField),
    (forms.EmailField, serializers.EmailField),
    (forms.JSONField, serializers.JSONField),
    (forms.FileField, serializers.FileField),
    (forms.CharField, serializers.CharField),
)
"""Form fields and how REST describes them; the first that fits."""


def described(field: forms.Field) -> serializers.Field[Any, Any, Any, Any]:
    """One form field as a REST field, for the schema only: the form itself does the checking."""
    required: dict[str, Any] = {"required": field.required}
    if isinstance(field, IdListField | forms.ModelMultipleChoiceField):
        return serializers.ListField(child=serializers.IntegerField(), **required)
    if takes_list(field):
        return serializers.ListField(child=serializers.CharField(), **required)
    if isinstance(field, forms.ModelChoiceField):
        return serializers.IntegerField(allow_null=not field.required, **required)
    if isinstance(field, forms.TypedChoiceField) and field.coerce is int:
        return serializers.IntegerField(**required)
    if isinstance(field, forms.ChoiceField):
        return serializers.CharField(**required)
    for form_field, rest_field in SIMPLE_FIELDS:
        if isinstance(field, form_field):
            return rest_field(**required)
    return serializers.JSONField(**required)


def takes_list(field: forms.Field) -> bool:
    """Whether a script sends a JSON array for it; text fields say so themselves."""
    if isinstance(field, IdListField | forms.ModelMultipleChoiceField | forms.MultipleChoiceField):
        return True
    return bool(getattr(field, "takes_list", False))


@cache
def input_serializer(action: Action) -> type[serializers.Serializer[Any]] | None:
    """The schema of a verb's input; None when it takes nothing."""
    name = f"{action.model.__name__}{action.verb.title().replace('-', '')}"
    return form_serializer(name, action.form) if fields_of(action.form) else None


def form_serializer(
    name: str, form: type[forms.BaseForm], **beside: serializers.Field[Any, Any, Any, Any]
) -> type[serializers.Serializer[Any]]:
    """The schema of a form.

    Arguments:
        beside: fields that the address takes besides those of the form.
    """
    shown = {key: described(field) for key, field in fields_of(form).items()}
    return type(name, (serializers.Serializer,), {**beside, **shown, "__module__": __name__})


def fields_of(form: type[forms.BaseForm]) -> Mapping[str, forms.Field]:
    """The fields of a form by name."""
    fields: Mapping[str, forms.Field] = getattr(form, "base_fields", {})
    return fields


def body_of(request: Request) -> Mapping[str, Any]:
    """The request's data; raises Invalid for JSON that is no object."""
    if not isinstance(request.data, Mapping):
        raise Invalid({"body": [_("Send one JSON object.")]})
    return request.data


def input_of(request: Request, form: type[forms.BaseForm], *beside: str) -> Mapping[str, Any]:
    """The request's data for a form, which a script is told when it does not fit.

    A page's form sends texts, and always those that the form knows. A script may misspell a name
    or send a list for one value; nothing of that is passed over in silence.

    Arguments:
        beside: fields that the caller reads itself.

    Raises:
        Invalid: JSON that is no object, a field that the form does not know, or the wrong type.
    """
    data = body_of(request)
    fields = fields_of(form)
    errors = {
        name: [problem]
        for name, value in data.items()
        if name not in beside and (problem := misfit(fields.get(name), value)) is not None
    }
    if errors:
        raise Invalid(errors)
    return data


def misfit(field: forms.Field | None, value: Any) -> Any | None:
    """Why a JSON value cannot be meant for a field; None when the form itself should judge it."""
    if field is None:
        return _("There is no such field.")
    if value is None or isinstance(field, forms.JSONField):
        return None
    if takes_list(field):
        parts = value if isinstance(value, list) else [value]
        is_plain = not any(isinstance(part, dict | list | bool) for part in parts)
        return None if is_plain else _("Send a list of texts or numbers.")
    if isinstance(value, dict | list):
        return _("Send one value.")
    is_truth = isinstance(value, bool) or str(value).lower() in ("true", "false")
    if isinstance(field, forms.BooleanField):
        return None if is_truth else _("Say true or false.")
    return _("Send a text or a number.") if isinstance(value, bool) else None


def named(seen: models.QuerySet[M], data: Mapping[str, Any], field: str) -> M:
    """The object whose key a field of the body holds.

    Arguments:
        seen: those that the actor may see; another is as good as none.

    Raises:
        Invalid
    """
    key = str(data.get(field, ""))
    if not is_key(key):
        raise Invalid({field: [_("Name it by its id.")]})
    found = seen.filter(pk=key).first()
    if found is None:
        raise Invalid({field: [_("There is none of this id.")]})
    return found


def with_verbs(viewset: type[Any], model: type[models.Model]) -> type[Any]:
    """The viewset with one POST route for each action of the model.

    Call it once all serializers are imported, so that the answers can be described.
    """
    routes = {_method_name(each): _route(each) for each in actions_of(model) if each.by_rest}
    return type(viewset.__name__, (viewset,), {**routes, "__doc__": viewset.__doc__})


def _method_name(action: Action) -> str:
    return f"verb_{action.verb.replace('-', '_')}"


def _route(action: Action) -> Any:
    """The method of one verb."""

    def verb(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        obj = self.get_object()
        data = input_of(request, action.form)
        change = perform(action, obj, request.actor, data, request.FILES)  # type: ignore[attr-defined]
        made = action.outcome_model is not None and change.outcome is not None
        shown = change.outcome if made else self.fresh(change.obj)
        serializer = representations[type(shown)](shown, context=self.get_serializer_context())
        code = status.HTTP_201_CREATED if made else status.HTTP_200_OK
        return Response(serializer.data, status=code)

    verb.__name__ = _method_name(action)
    verb.__doc__ = str(action.description or action.label)
    shown = representations[action.outcome_model or action.model]
    code = 201 if action.outcome_model else 200
    documented = extend_schema(
        summary=f"{action.label}",
        request=input_serializer(action),
        responses={code: shown, **REFUSALS},
        filters=False,
    )
    route = extra_action(
        detail=True,
        methods=["post"],
        url_path=action.verb,
        url_name=action.verb,
        filter_backends=[],
        pagination_class=None,
    )
    # In this order: `action` writes its own schema over an earlier one.
    return documented(route(verb))


class Seen:
    """A mixin for viewsets: rows through `visible_to`, and an object again after its verb.

    A viewset defines `seen()`, the visible rows with all that its serializer reads.
    """

    request: Any
    kwargs: Any
    swagger_fake_view = False

    def seen(self) -> models.QuerySet[Any]:
        """The rows that the actor may see."""
        raise NotImplementedError

    def get_queryset(self) -> models.QuerySet[Any]:
        """The same; nothing while the schema is drawn, when nobody asks."""
        if self.swagger_fake_view:
            model: type[models.Model] = self.filterset_class._meta.model  # type: ignore[attr-defined]
            return model._default_manager.none()
        return self.seen()

    def get_object(self) -> Any:
        """The visible object of the address; what a list hides by default is found here."""
        return self.seen_or_404(self.kwargs["pk"])

    def seen_or_404(self, pk: str | None) -> Any:
        """The visible object of that key."""
        return get_visible_or_404(self.seen(), pk or "")

    def fresh(self, obj: models.Model) -> Any:
        """The object as it is now; the one in hand when the actor may no longer see it."""
        return self.seen().filter(pk=obj.pk).first() or obj
