"""Every verb on people and teams. Importing this package fills the registry."""

from accounts.leaving import on_deactivate

__all__ = ["on_deactivate"]
