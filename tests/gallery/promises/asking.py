"""What a test of promises asks `manage.py check_jobs`."""

import io

from django.core.management import call_command

from gallery.invariants import INVARIANTS


def check(**options):
    """Return the exit code and what was printed."""
    out = io.StringIO()
    try:
        call_command("check_jobs", stdout=out, **({"grace": 0} | options))
    except SystemExit as error:
        return error.code, out.getvalue()
    return 0, out.getvalue()


def is_found(sentence, row):
    """Tell whether exactly this promise is reported as broken, by this row."""
    code, text = check()
    lines = [line for line in text.splitlines() if "FAILED" in line]
    assert any(sentence == invariant.sentence for invariant in INVARIANTS)
    return code == 1 and len(lines) == 1 and lines[0].endswith(sentence) and f"   {row}" in text


def name(row):
    return f"{row._meta.model_name} {row.pk}"
