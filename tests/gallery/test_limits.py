"""What a service tells of its pace is read where it makes sense, and is not said where it makes none."""

import pytest

from gallery.providers.base import Limits
from gallery.providers.limits import limits_in_words, read_limits


def openai(kind, limit, remaining, reset):
    words = {"limit": limit, "remaining": remaining, "reset": reset}
    return {f"x-ratelimit-{word}-{kind}": text for word, text in words.items()}


class TestHeaders:
    @pytest.mark.parametrize(
        ("reset", "seconds"),
        [("12s", 12.0), ("1m30s", 90.0), ("500ms", 0.5), ("6m0s", 360.0), ("1h2m3.5s", 3723.5), ("7", 7.0), ("0s", 0.0)],
    )
    def test_a_time_is_read_as_openai_writes_it(self, reset, seconds):
        assert read_limits(openai("requests", "5", "2", reset)).reset_seconds == seconds

    def test_the_limit_is_of_a_minute(self):
        assert read_limits(openai("images", "5", "2", "36s")) == Limits(5.0, 2, 36.0)

    def test_names_may_be_written_in_any_case(self):
        assert read_limits({"X-RateLimit-Limit-Requests": "5"}) == Limits(5.0)

    def test_of_several_the_tightest_counts(self):
        headers = openai("requests", "500", "0", "120ms") | openai("images", "5", "3", "24s")
        assert read_limits(headers) == Limits(per_minute=5.0, remaining=0, reset_seconds=0.12)

    def test_tokens_never_count(self):
        tokens = openai("tokens", "40", "0", "6m0s") | openai("input-tokens", "1", "0", "1m")
        assert read_limits(tokens) is None
        assert read_limits(tokens | openai("images", "5", "3", "24s")) == Limits(5.0, 3, 24.0)

    def test_a_named_window_is_another_than_a_minute(self):
        assert read_limits(openai("requests-day", "1440", "1000", "5h")) == Limits(1.0, 1000, 18000.0)

    def test_a_reset_further_off_than_a_minute_shows_a_longer_window(self):
        assert read_limits(openai("requests", "60", "0", "1h")) == Limits(1.0, 0, 3600.0)

    @pytest.mark.parametrize(
        "headers",
        [
            {"ratelimit-limit": "10", "ratelimit-remaining": "4", "ratelimit-reset": "30"},
            {"ratelimit-limit": "20, 20;w=120", "ratelimit-remaining": "4", "ratelimit-reset": "30"},
            {"ratelimit": "limit=10, remaining=4, reset=30"},
            {"ratelimit": '"default";r=4;t=30', "ratelimit-policy": '"default";q=20;w=120'},
            {"ratelimit": '"default";r=4;t=30', "ratelimit-policy": '"burst";q=10;w=1, "day";q=14400;w=86400'},
            {"ratelimit": "remaining=4, reset=30", "ratelimit-policy": "20;w=120"},
        ],
    )
    def test_the_drafts_of_the_ietf_are_read(self, headers):
        assert read_limits(headers) == Limits(per_minute=10.0, remaining=4, reset_seconds=30.0)

    @pytest.mark.parametrize("nonsense", ["", "soon", "-1", "0", "nan", "inf", "1e999", "9" * 40, "🐰", "1 2", "0x10"])
    def test_nonsense_was_not_said(self, nonsense):
        assert read_limits(openai("images", nonsense, nonsense, nonsense)) in (None, Limits(remaining=0, reset_seconds=0.0))
        mixed = read_limits(openai("images", "5", nonsense, nonsense))
        assert mixed.per_minute == 5.0 and mixed.remaining in (None, 0) and mixed.reset_seconds in (None, 0.0)

    def test_a_date_is_no_number_of_seconds(self):
        assert read_limits({"x-ratelimit-limit": "5", "x-ratelimit-reset": "1795341600"}) == Limits(5.0)

    def test_nothing_said_is_nothing(self):
        assert read_limits({"content-type": "application/json", "x-ratelimit-reset-images": "12s"}) is None


class TestMessages:
    @pytest.mark.parametrize(
        ("message", "limits"),
        [
            (
                "Rate limit reached for images (for limit gpt-image) on input-images per min: Limit 5, Used 5, Requested 1.",
                (5, 0),
            ),
            (
                "Rate limit reached for gpt-image in org x on images per min (IPM): Limit 20, Used 19, Requested 2. Please",
                (20, 1),
            ),
            ("Rate limit reached for images on images per min. Limit: 5 / min. Please try again in 12s.", (5, None)),
            ("Rate limit reached on requests per day (RPD): Limit 1440, Used 1440, Requested 1. Visit", (1, 0)),
        ],
    )
    def test_a_message_may_name_the_limit(self, message, limits):
        assert limits_in_words(message) == Limits(*limits)

    @pytest.mark.parametrize(
        "message",
        [
            "",
            "Requests have exceeded the rate limit. Please retry after 24 seconds.",
            "Rate limit reached on tokens per min (TPM): Limit 30000, Used 30000, Requested 1.",
            "Rate limit reached on images per min: Limit 0, Used 0, Requested 1.",
            "A cat on images per min: Limit",
        ],
    )
    def test_most_name_none(self, message):
        assert limits_in_words(message) is None
