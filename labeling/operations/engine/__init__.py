"""The engine: starts, claims, runs, recovers operations. Only it and the actions write states."""

from labeling.operations.engine.running import answer, run
from labeling.operations.engine.starting import release, start
from labeling.operations.engine.sweeping import sweep, sweep_at_start

__all__ = ["answer", "release", "run", "start", "sweep", "sweep_at_start"]
