"""PINs: short secrets that no slow hash can save, so they are bound to the site's key and guarded by locks."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils.crypto import salted_hmac

LENGTH = 6
#: A few wrong tries lock the name for a while; more of them, until the teacher unlocks it.
SOFT_LIMIT, SOFT_MINUTES, HARD_LIMIT = 5, 15, 10

_EASY = {"".join(str((start + step * i) % 10) for i in range(LENGTH)) for start in range(10) for step in (0, 1, -1)}
_FORM = re.compile(rf"[0-9]{{{LENGTH}}}")


class PinHasher(Argon2PasswordHasher):
    """Argon2 with one pass over 19 MiB and one lane: thirty pupils sign in at once in under two seconds of two cores."""

    algorithm = "argon2-pin"
    time_cost, memory_cost, parallelism = 1, 19456, 1


_hasher = PinHasher()


def is_well_formed(pin: str) -> bool:
    return bool(_FORM.fullmatch(pin))


def is_easy(pin: str) -> bool:
    """Tell whether a stranger would try ``pin`` first: one digit repeated, or counting up or down."""
    return pin in _EASY


def _peppered(pin: str, secret: str) -> str:
    return salted_hmac("assignments.pins", pin, secret=secret, algorithm="sha256").hexdigest()


def hash_pin(pin: str) -> str:
    return _hasher.encode(_peppered(pin, settings.SECRET_KEY), _hasher.salt())


def check_pin(pin: str, hashed: str) -> bool:
    """Compare in the same time whether ``hashed`` is empty, wrong or right. Old keys in SECRET_KEY_FALLBACKS still count."""
    reference = hashed or _NOBODY
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    fits = [_hasher.verify(_peppered(pin, key), reference) for key in keys]  # every key, so that none is told by its time
    return any(fits) and bool(hashed)


def is_current(pin: str, hashed: str) -> bool:
    """Tell whether the right ``pin`` is kept under the site's newest key; only asked where an older one still counts."""
    return not settings.SECRET_KEY_FALLBACKS or _hasher.verify(_peppered(pin, settings.SECRET_KEY), hashed)


_NOBODY = hash_pin("-")
