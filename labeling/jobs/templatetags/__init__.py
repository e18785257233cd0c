"""Template tags of human work."""
