"""Pages of projects, schemas, datasets and items; their pictures; uploads."""
