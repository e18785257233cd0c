"""What tests of core share."""

from tests.web import names, silent_web, web

__all__ = ["names", "silent_web", "web"]
