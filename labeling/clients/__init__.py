"""The vendors' edges: each translates one vendor's wire form to our words, and holds no rule."""
