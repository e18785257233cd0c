"""Toloka's client, the part for apps: a translation onto our projects, batches and items."""
