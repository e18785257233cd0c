"""Pages of human work."""
