"""Figures for home pages: pure rules, and what reads them in a fixed number of queries.

- `days`, `streaks`, `load`: rules of the calendar, of streaks and of who has too much. No I/O.
- `throughput`, `people`, `backlog`, `urgent`, `own`: what the pages show, read at once.
- `tables`: the same numbers as tables, for the pages behind the pictures, CSV files and REST.
"""

from labeling.jobs.dashboards.progress import start_of_day, with_progress

__all__ = ["start_of_day", "with_progress"]
