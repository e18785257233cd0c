"""What users change in scripts that were written for a vendor's own client: one entry a vendor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

YOUR_TOKEN = _("your token")


@dataclass(frozen=True)
class Vendor:
    """A vendor whose client drives this desk.

    Attributes:
        key: for the page's anchors.
        path: where the client is pointed, below the desk's own address.
        where: where the two lines stand.
        lines: the two lines, with places for `address` and `token`.
        more: what else a script of this vendor has to know.
        needs_ids: whether its scripts name teams and people by our ids.
    """

    key: str
    name: str
    path: str
    where: Any
    lines: str
    more: Any
    needs_ids: bool = False

    def address(self, request: HttpRequest) -> str:
        """The whole address."""
        return request.build_absolute_uri(self.path)


VENDORS = (
    Vendor(
        key="supervisely",
        name="Supervisely",
        path="/supervisely",
        where=_("In “supervisely.env”, or in the environment of the script:"),
        lines='SERVER_ADDRESS="{address}"\nAPI_TOKEN="{token}"',
        more=_(
            "Ids in “local.env” are those of this desk. Projects move here, and back, with the "
            "vendor's own SDK: download with the one address, upload with the other."
        ),
        needs_ids=True,
    ),
    Vendor(
        key="labelbox",
        name="Labelbox",
        path="/labelbox/graphql",
        where=_("Where the client is made:"),
        lines='client = labelbox.Client(api_key="{token}",\n'
        '                         endpoint="{address}")',
        more=_("Datasets, data rows and tasks are served; ids are those of this desk."),
    ),
    Vendor(
        key="toloka",
        name="Toloka",
        path="/toloka",
        where=_("Where the client is made:"),
        lines='client = toloka.TolokaClient("{token}",\n'
        '                             url="{address}")',
        more=_("Projects, batches, items and operations are served; ids are those of this desk."),
    ),
)


def sections(request: HttpRequest, secret: str) -> list[Mapping[str, Any]]:
    """What the page shows of each vendor.

    Arguments:
        secret: of the token that was just made; empty when none was.
    """
    return [
        {
            "vendor": vendor,
            "address": vendor.address(request),
            "lines": vendor.lines.format(
                address=vendor.address(request), token=secret or f"<{YOUR_TOKEN}>"
            ),
        }
        for vendor in VENDORS
    ]
