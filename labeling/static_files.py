"""How our own assets are stored for serving: named by content and compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports inside ES modules, so that a module never loads a stale one."""

    support_js_module_import_aggregation = True
