"""Pages of people: their own account, the members of their teams, and the way in."""
