"""What Supervisely's own SDK asks, answered from ours; see README.md."""
