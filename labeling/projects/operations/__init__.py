"""Machine work about datasets. Importing this package fills the registry of kinds."""

from labeling.projects.operations import (
    deleting,
    fetching_images,
    importing_items,
    recounting,
    thumbnails,
    uploading,
)

__all__ = [
    "deleting",
    "fetching_images",
    "importing_items",
    "recounting",
    "thumbnails",
    "uploading",
]
