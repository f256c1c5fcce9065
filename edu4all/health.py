"""Answers to machines: is the process alive, can it serve, what has it done."""

import ipaddress
import time

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.http import HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from redis.exceptions import RedisError

from gallery.models import Call, Engine, Picture
from gallery.tasks import HEARTBEAT

HEARTBEAT_SECONDS = 60


class HealthMiddleware:
    """Stands before everything else, since probes send bare addresses as host and have no session."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.answers = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}

    def __call__(self, request):
        answer = self.answers.get(request.path_info)
        return answer(request) if answer else self.get_response(request)


def healthz(request):
    return HttpResponse("ok", content_type="text/plain")


def readyz(request):
    """Tell whether pages can be served and pictures drawn; 503 with the failing part otherwise."""
    parts = {"database": _database(), "broker": _broker(), "worker": _worker()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _database():
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def _broker():
    try:
        cache.get("readyz")
        return True
    except (RedisError, OSError):
        return False


def _worker():
    try:
        beat = cache.get(HEARTBEAT)
        return beat is not None and time.time() - beat < HEARTBEAT_SECONDS
    except (RedisError, OSError):
        return False


class Figures:
    """Counts rows at the moment they are asked for: every process gives the same answer."""

    def collect(self):
        pictures = GaugeMetricFamily("edu4all_pictures", "Pictures by state.", labels=["state"])
        for row in Picture.objects.values("status").annotate(n=Count("pk")).order_by():
            pictures.add_metric([row["status"]], row["n"])
        calls = GaugeMetricFamily("edu4all_calls", "Calls to services by engine and outcome.", labels=["engine", "state"])
        for row in Call.objects.values("engine__name", "state").annotate(n=Count("pk")).order_by():
            calls.add_metric([row["engine__name"], row["state"]], row["n"])
        stopped = GaugeMetricFamily("edu4all_engine_stopped", "1 while an adult must look at an engine.", labels=["engine"])
        for engine in Engine.objects.usable():
            stopped.add_metric([engine.name], int(engine.is_stopped))
        return [pictures, calls, stopped]


def metrics(request):
    """Give figures to whoever holds METRICS_TOKEN, and on one's own machine to that machine; to others they do not exist."""
    if not _may_read(request):
        return HttpResponseNotFound()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4")


def _may_read(request):
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return constant_time_compare(given, token)
    if not settings.IS_LOCAL:
        return False  # a proxy on the same machine looks like loopback, whoever stands behind it
    is_proxied = "X-Forwarded-For" in request.headers
    return not is_proxied and ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0").is_loopback  # noqa: S104
