"""JSON for work that passes through hundreds of thousands of documents.

Django decodes a JSON column by `json.loads` row by row, whether the row is wanted or not. Here the
column is read as its text, decoded when it is wanted, and written, by orjson; what orjson cannot
hold exactly goes the usual way.
"""

import json
import re
from typing import Any

import orjson
from django.db.models import TextField
from django.db.models.functions import Cast

# orjson makes a float of a whole number beyond 64 bits. Only a tag's value may be one, and to look
# behind its name is far quicker than to look at every number.
_LARGE = re.compile(r'"value": ?-?\d{19}')

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def text_of(column: str) -> Cast:
    """A JSON column as its text, for `values_list`; None where it is NULL."""
    return Cast(column, TextField())


def decode(text: str) -> Any:
    """What a document's text says, exactly as `json.loads` reads it."""
    if _LARGE.search(text):
        return json.loads(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)  # half of a character, which JSON can spell


def encode(value: Any) -> bytes:
    """The compact JSON of a document, in UTF-8.

    Raises:
        UnicodeEncodeError: half of a character, which UTF-8 cannot spell.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return _encode(value).encode()
