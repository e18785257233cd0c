"""A page that needs the picture of a reference has it fetched, and says so when it did not come."""

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from labeling.core.http import Request, get_visible_or_404, wants_partial
from labeling.projects.models import Item
from labeling.projects.referencing import PictureMissing, ensure_picture, host_of
from labeling.projects.views.uploads import wants_json


@require_safe
def picture(request: Request, pk: int) -> HttpResponseBase:
    """Make sure that the picture is here.

    The canvas learns its size, the item's page is drawn anew, and a browser without scripts goes
    back to that page.
    """
    item = get_visible_or_404(Item.objects.visible_to(request.actor), pk)
    try:
        ensure_picture(item)
    except PictureMissing as gone:
        if wants_json(request):
            return JsonResponse(gone.as_dict(), status=gone.status)
        if wants_partial(request):
            context = {"item": item, "host": host_of(item), "gone": gone}
            return render(request, "projects/missing_picture.html", context)
        raise
    if wants_json(request):
        thumbnail = reverse("projects:item-thumbnail", args=[item.pk])
        return JsonResponse({"width": item.width, "height": item.height, "thumbnail": thumbnail})
    if wants_partial(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect("projects:item", item.pk)
