"""The Celery application: a doorbell for workers (see gallery/tasks.py)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edu4all.settings")

app = Celery("edu4all")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
