"""The estimate on its way to people: facts from the database, refreshing, reading, showing.

What is estimated, and how, is `labeling.jobs.eta`, which knows no database.
"""
