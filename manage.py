#!/usr/bin/env python
"""The command line of a desk: `manage.py up` serves it, `manage.py help` lists the rest."""

import os
import sys

from django.core.management import execute_from_command_line

from labeling.environment import EnvironmentRefused


def main() -> None:
    """Run a command; a wrong environment is told in plain words, not as a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labeling.settings")
    try:
        execute_from_command_line(sys.argv)
    except EnvironmentRefused as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
