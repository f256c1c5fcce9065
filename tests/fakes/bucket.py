"""An S3-compatible store in a process of its own, empty at first and gone with its `with` block."""

import sys
from contextlib import contextmanager

import boto3

from tests import processes

NAME = "pictures"


@contextmanager
def running_bucket(folder):
    """Run a store with one bucket; yield the variables by which a machine reaches it (its log lies in ``folder``)."""
    port, log = processes.free_port(), folder / "bucket.log"
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with processes.running(command, log) as process:
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            region_name=keys["AWS_DEFAULT_REGION"],
        )
        processes.wait_for_start(process, log, lambda: b"Running on" in log.read_bytes())
        client.create_bucket(Bucket=NAME)
        yield {**keys, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "MEDIA_ROOT": f"s3://{NAME}/site"}


def machine(bucket, folder, name):
    """Return all that makes a worker process one of the machine ``name``: the store, its own spool, its own name."""
    own = folder / name
    own.mkdir(exist_ok=True)
    return {**bucket, "MACHINE_NAME": name, "SPOOL_ROOT": str(own / "spool")}
