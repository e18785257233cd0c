"""Labelbox's GraphQL, as far as its Python client needs it to import data rows and watch tasks."""
