"""The words of the labeling and the review page, which their scripts draw themselves.

The page carries them as one JSON element, so that the scripts need no catalogue of their own. A
text with a count holds every plural form that any language has, named as `Intl.PluralRules` names
them; the page picks the one for its number.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import ngettext_lazy

from labeling.jobs import page_phrases

EXAMPLES = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
"""A number of each plural category; languages agree on these where they have the category."""


COUNTED = {
    "objects": ngettext_lazy("{count} object", "{count} objects"),
    "tags": ngettext_lazy("{count} tag", "{count} tags"),
    "only_here": ngettext_lazy("{count} only here", "{count} only here"),
    "objects_limit": ngettext_lazy(
        "This job allows {count} object on an image.",
        "This job allows {count} objects on an image.",
    ),
    "tags_limit": ngettext_lazy(
        "This job allows {count} tag on an image and its objects together.",
        "This job allows {count} tags on an image and its objects together.",
    ),
    "others_unsaved": ngettext_lazy(
        "{count} other item is not saved yet.", "{count} other items are not saved yet."
    ),
    "submit_all": ngettext_lazy(
        "Your one item is done. Submit the job?", "All {count} items are done. Submit the job?"
    ),
    "submit_left": ngettext_lazy(
        "{count} item is not done yet. Confirm or skip it, or submit the job as it is.",
        "{count} items are not done yet. Confirm or skip them, or submit the job as it is.",
    ),
    "submit_anyway": ngettext_lazy(
        "Submit with {count} item not done", "Submit with {count} items not done"
    ),
    "complete_left": ngettext_lazy(
        "{count} item is undecided. Accept it with the rest, or decide it first.",
        "{count} items are undecided. Accept them all, or decide them first.",
    ),
    "complete_rest": ngettext_lazy(
        "Accept the other {count} and complete", "Accept the other {count} and complete"
    ),
    "count_accepted": ngettext_lazy("{count} accepted", "{count} accepted"),
    "count_rejected": ngettext_lazy("{count} rejected", "{count} rejected"),
    "count_left": ngettext_lazy("{count} to go", "{count} to go"),
    "send_back": ngettext_lazy("Send back {count} item", "Send back {count} items"),
    "restart": ngettext_lazy("Restart {count} rejected item", "Restart {count} rejected items"),
    "restart_explain": ngettext_lazy(
        "The rejected item becomes a new job for the same annotator. This job keeps its result.",
        "The {count} rejected items become a new job for the same annotator. "
        "This job keeps its result.",
    ),
}
"""The texts whose form follows a number."""


def forms(text: Any) -> dict[str, str]:
    """Every plural form of a text, with its `{count}` left for the page to fill in."""
    return {name: text % number for name, number in EXAMPLES.items()}


def strings() -> dict[str, str | dict[str, str]]:
    """Every word of both pages in the reader's language, by the key that the scripts ask for."""
    parts: tuple[Callable[[], dict[str, str]], ...] = (
        page_phrases.frame,
        page_phrases.drawing,
        page_phrases.keys,
        page_phrases.saving,
        page_phrases.labeling,
        page_phrases.reviewing,
    )
    words: dict[str, str | dict[str, str]] = {}
    for part in parts:
        words.update(part())
    return words | {key: forms(text) for key, text in COUNTED.items()}
