"""The schema with its resolvers, and how one request is answered."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from labeling.clients.labelbox import failures, reading, writing
from labeling.clients.labelbox.reading import Asking

# The client's longest query has about 60 words; what needs more is no script of its users.
MOST_TOKENS = 1_000

RESOLVERS: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "Query": {
        "user": reading.user,
        "organization": reading.organization,
        "dataset": reading.dataset,
        "datasets": reading.datasets,
        "dataRow": reading.data_row,
        "datasetDataRows": reading.dataset_data_rows,
        "successesfulDataRowImports": reading.created_rows,
        "failedDataRowImports": reading.failed_rows,
        "cancelableTaskTypes": reading.cancelable_types,
        "customMetadataOntology": reading.metadata_ontology,
        "iamIntegrations": reading.iam_integrations,
    },
    "User": {"createdTasks": reading.user_tasks},
    "Organization": {"tasks": reading.organization_tasks},
    "Mutation": {
        "createDataset": writing.create_dataset,
        "uploadFile": writing.upload_file,
        "upsertDataRows": writing.upsert_data_rows,
        "cancelBulkOperationJob": writing.cancel_task,
    },
}


def _schema() -> GraphQLSchema:
    schema = build_schema(Path(__file__).with_name("schema.graphql").read_text())
    for type_name, fields in RESOLVERS.items():
        owner = schema.type_map[type_name]
        if not isinstance(owner, GraphQLObjectType):
            raise TypeError(type_name)
        for name, resolver in fields.items():
            owner.fields[name].resolve = resolver
    return schema


SCHEMA = _schema()


def answer(query: str, variables: Mapping[str, Any], asking: Asking) -> dict[str, Any]:
    """The body of the answer to one query: its data, or errors each with a code."""
    try:
        document = parse(query, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        return refused(failures.failure(error.message, failures.PARSING))
    problems = validate(SCHEMA, document)
    if problems:
        return refused(*(failures.failure(each.message, failures.VALIDATION) for each in problems))
    done = execute_sync(SCHEMA, document, variable_values=dict(variables), context_value=asking)
    if done.errors:
        return {"errors": [failures.from_graphql(each) for each in done.errors], "data": done.data}
    return {"data": done.data}


def refused(*errors: dict[str, Any]) -> dict[str, Any]:
    """The body of an answer that has nothing but errors."""
    return {"errors": list(errors), "data": None}
