"""Machine work of this package: taking labels out, and bringing labels in."""

from labeling.exports.operations import exporting, importing

__all__ = ["exporting", "importing"]
