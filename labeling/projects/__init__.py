"""What is labeled: workspaces, projects with their label schema, datasets and items."""
