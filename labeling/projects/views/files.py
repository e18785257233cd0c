"""Pictures and thumbnails, to those who may see the item."""

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from labeling.core.http import Request, get_visible_or_404
from labeling.projects.models import Item
from labeling.projects.serving import image_of, placeholder, thumbnail_of


@require_safe
def image(request: Request, pk: int) -> HttpResponseBase:
    """The upright picture."""
    return image_of(request, get_visible_or_404(Item.objects.visible_to(request.actor), pk))


@require_safe
def thumbnail(request: Request, pk: int) -> HttpResponseBase:
    """The small picture, or a sign in its place; a grid never makes the desk fetch."""
    item = get_visible_or_404(Item.objects.visible_to(request.actor), pk)
    return thumbnail_of(request, item) if item.is_fetched else placeholder()
