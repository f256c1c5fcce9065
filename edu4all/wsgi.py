"""The door for web servers."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from gallery.safety.gate import judge

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edu4all.settings")
application = get_wsgi_application()

# Everything that lives as long as the process is loaded now and left out of garbage collection: full collections over it
# paused requests for 80 to 140 ms.
_ = get_resolver().url_patterns
judge("A cat beside a tower.")  # its word lists take half a second to load, and the first press should not
gc.collect()
gc.freeze()
