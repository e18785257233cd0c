"""Many rows into one table at once, as fast as the database takes them.

COPY on PostgreSQL, one `executemany` elsewhere. No objects are made and no signals sent: it is for
rows by the thousand that the caller has judged already; for a few, `bulk_create` reads better.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.db import connections, models, router
from django.db.transaction import TransactionManagementError

Row = Sequence[Any]
Convert = Callable[[Any], Any]

# Times and dataclasses are for the field's own encoder, if it has one.
AS_JSON_DUMPS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS

# Fields whose Python values every driver takes as they are.
PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.FloatField,
    models.FileField,
    models.ForeignKey,
    models.AutoField,
)


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows, all or none, inside the caller's transaction.

    Arguments:
        columns: attnames of fields (`team_id`, not `team`). A field that is not named must take
            NULL or have its value from the database: defaults of Python are not asked.
        rows: values in the order of the columns. For a JSONField a dict or list, or a text that
            is JSON already (make it once where many rows share it); for a FileField the stored
            name; otherwise what the field holds in Python. None is NULL.

    Raises:
        IntegrityError: a constraint refuses a row; none went in. Use a savepoint to go on.
        TransactionManagementError: there is no transaction, so half of them could stay.
        ValueError: the model has no such column.
    """
    connection: Any = connections[router.db_for_write(model)]
    if not connection.in_atomic_block:
        raise TransactionManagementError("insert_rows needs a transaction around it.")
    fields = [_field(model, name) for name in columns]
    converted = _converted(rows, [_converter(field, connection) for field in fields])
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {table} ({names}) FROM STDIN"
            # Django wraps the errors of `execute` only, and a COPY reports its own at the end.
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in converted:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                converted,
            )


def _field(model: type[models.Model], attname: str) -> Any:
    for field in model._meta.concrete_fields:
        if field.attname == attname:
            return field
    raise ValueError(f"{model._meta.label} has no column {attname!r}.")


def _converter(field: Any, connection: Any) -> Convert | None:
    """How a value of this field becomes one that the driver takes; None when it does already."""
    if isinstance(field, models.JSONField):
        encoder = field.encoder
        return lambda value: value if isinstance(value, str) else _as_json(value, encoder)
    if isinstance(field, PLAIN):
        return None
    if isinstance(field, models.DateTimeField):
        return _Moment(field, connection)
    return _remembering(lambda value: field.get_db_prep_save(value, connection))


def _remembering(convert: Convert) -> Convert:
    """Rows that were made together share their times: one is converted once."""
    last: Any = None
    converted: Any = None

    def once(value: Any) -> Any:
        nonlocal last, converted
        if value is None or value is not last:
            last, converted = value, convert(value)
        return converted

    return once


class _Moment:
    """Makes moments fit for the database; many rows share one, which is made fit once."""

    def __init__(self, field: Any, connection: Any) -> None:
        self.field, self.connection = field, connection
        self.last: Any = None
        self.made: Any = None

    def __call__(self, value: Any) -> Any:
        """What the driver takes for this moment."""
        if value is not self.last or value is None:
            self.last, self.made = value, self.field.get_db_prep_save(value, self.connection)
        return self.made


def _as_json(value: Any, encoder: Any) -> str | None:
    if value is None:
        return None
    try:
        return orjson.dumps(value, option=AS_JSON_DUMPS).decode()
    except orjson.JSONEncodeError:  # what orjson cannot hold exactly, and the encoder's own types
        return json.dumps(value, cls=encoder)


def _converted(rows: Iterable[Row], converters: Sequence[Convert | None]) -> Iterator[list[Any]]:
    """Only the columns that need it are touched: most need nothing, in rows by the thousand."""
    wanted = [(place, convert) for place, convert in enumerate(converters) if convert]
    for row in rows:
        values = list(row)
        for place, convert in wanted:
            values[place] = convert(values[place])
        yield values
