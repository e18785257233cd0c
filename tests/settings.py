"""The product's settings with a data folder that lives as long as the tests.

Which database and cache the suite meets is the caller's choice (DATABASE_URL, CACHE_URL); whatever
else a developer's shell sets for a desk of their own must not reach the tests.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

_data = Path(tempfile.mkdtemp(prefix="labeldesk-tests-"))
atexit.register(shutil.rmtree, _data, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("LABELDESK_")]:
    del os.environ[_name]
os.environ["LABELDESK_DATA"] = str(_data)
# Only desks that tests/services starts in processes of their own ring there. The name of its own is
# for the processes that share out the suite: they are started from here, and read it again.
_broker_url = os.environ.pop("CELERY_BROKER_URL", "")
SERVICES_BROKER_URL = os.environ.setdefault("SERVICES_BROKER_URL", _broker_url)

from labeling.settings import *  # noqa: E402, F403
from labeling.settings import CACHES, DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in the product: threads then meet the real locks instead of a shared memory cache.
    DATABASES["default"]["TEST"] = {"NAME": str(_data / "tests.sqlite3")}
    # It need not outlive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


def _of_this_process(redis_url: str) -> str:
    """Its own Redis database for each of the processes that share out the suite.

    They must not read, nor empty, each other's. They take every fourth, so that their neighbours
    stay free for other suites.
    """
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return re.sub(r"(?<=/)\d+$", lambda number: str((int(number[0]) + 4 * process) % 16), redis_url)


if isinstance(CACHES["default"].get("LOCATION"), str):
    CACHES["default"]["LOCATION"] = _of_this_process(CACHES["default"]["LOCATION"])
SERVICES_BROKER_URL = _of_this_process(SERVICES_BROKER_URL)

# Background work happens at once, so that a test sees its result; tests/services has real workers.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Static files come from where they are written, not from a collected and hashed copy.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
