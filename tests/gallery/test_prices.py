"""What a picture costs at the worst, what it took, and which price counts."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from assignments.models import User
from gallery import engines, generation
from gallery.models import Engine, Event, Price, Purse, TokenPrice
from gallery.prompts import SIZES
from gallery.providers import prices
from gallery.providers.base import Usage
from tests.builders import FlatProvider, claim, make_assignment, make_classroom, make_engine, make_queued, make_work

KEY = {"OPENAI_API_KEY": "sk-very-secret"}
WIDE = SIZES["wide"]


def price(engine, micros, *, dated_on=date(2026, 11, 1), **fields):
    return Price.objects.create(engine=engine, micros=micros, dated_on=dated_on, source="an offer", **fields)


class TestKnownPrices:
    @pytest.mark.parametrize("quality, square, wide", [("low", 196, 158), ("medium", 1756, 1372), ("high", 7024, 5488)])
    def test_tokens_are_those_of_the_published_examples(self, quality, square, wide):
        assert prices.tokens_out(1024, 1024, quality) == square
        assert prices.tokens_out(1536, 1024, quality) == prices.tokens_out(1024, 1536, quality) == wide

    def test_words_are_part_of_the_worst_case(self):
        known = {(row.size, row.quality): row.micros for row in prices.known_prices("gpt-image-2-2026-04-21")}
        assert known["1024x1024", "high"] == 7024 * 30 + 1500 * 5

    def test_a_model_without_published_figures_is_never_cheaper_than_the_one_with_them(self):
        published = {(row.size, row.quality): row.micros for row in prices.known_prices("gpt-image-2")}
        for model in ("gpt-image-2.5-flare", "gpt-image-2.6-sunburst"):
            rows = {(row.size, row.quality): row for row in prices.known_prices(model)}
            assert all(rows[key].micros > micros for key, micros in published.items())
            assert all("published nowhere" in row.source for (_size, quality), row in rows.items() if quality)

    def test_where_no_quality_is_asked_for_the_dearest_is_assumed(self):
        rows = list(prices.known_prices("gpt-image-2.6-flare"))
        dearest = max(row.micros for row in rows if row.size == "1536x864" and row.quality)
        assert [row.micros for row in rows if row.size == "1536x864" and not row.quality] == [dearest]

    @pytest.mark.parametrize("model", ["", "flux", "gpt-image-1", "gpt-image-20"])
    def test_nothing_is_made_up_for_other_models(self, model):
        assert not list(prices.known_prices(model)) and prices.known_token_price(model) is None


@pytest.mark.django_db
class TestWhichPriceCounts:
    @pytest.fixture
    def engine(self):
        return make_engine("paid", price_micros=None)

    def worst(self, engine, quality="low", size=WIDE, **more):
        return Price.objects.worst(engine, size, quality, **more)

    def test_without_a_row_nobody_knows(self, engine):
        price(engine, 5, size="1024x1024")
        price(engine, 6, quality="high")
        assert self.worst(engine) is None

    def test_the_row_that_says_most_counts(self, engine):
        for micros, fields in [
            (1, {}),
            (2, {"size": "1536x864"}),
            (3, {"quality": "low"}),
            (4, {"size": "1536x864", "quality": "low"}),
        ]:
            price(engine, micros, **fields)
            assert self.worst(engine) == micros
        assert self.worst(engine, quality="high") == 2
        assert self.worst(engine, quality="high", size=SIZES["square"]) == 1

    def test_of_several_the_newest_counts_whenever_it_was_written(self, engine):
        price(engine, 20, dated_on=date(2026, 11, 2))
        price(engine, 10, dated_on=date(2026, 11, 1))
        assert self.worst(engine) == 20
        price(engine, 30, dated_on=date(2026, 11, 2))
        assert self.worst(engine) == 30

    def test_without_a_quality_the_dearest_one_counts(self, engine):
        price(engine, 7, quality="low")
        price(engine, 90, quality="high")
        price(engine, 8, quality="high", dated_on=date(2020, 1, 1))
        assert self.worst(engine, quality="") == 90

    def test_a_picture_that_goes_in_comes_on_top(self, engine):
        price(engine, 100, source_micros=11)
        assert (self.worst(engine), self.worst(engine, has_source=True)) == (100, 111)

    def test_another_model_has_another_price(self, engine):
        price(engine, 5)
        engine.model = "dearer"
        assert self.worst(engine) is None

    def test_a_chat_model_that_rewords_makes_it_another_price(self, engine):
        price(engine, 5)
        engine.is_resumable, engine.chat_model = True, "gpt-6-luna"
        assert self.worst(engine) is None
        price(engine, 9)
        assert self.worst(engine) == 9

    def test_what_an_administrator_wrote_counts_before_what_came_along(self):
        openai = engines.refresh(KEY | {"OPENAI_IMAGE_MODEL": "gpt-image-2"})
        assert self.worst(openai) == 120 * 30 + 1500 * 5
        price(openai, 9_000_000, dated_on=date(2026, 1, 1))
        engines.refresh(KEY | {"OPENAI_IMAGE_MODEL": "gpt-image-2"})
        assert self.worst(openai) == 9_000_000

    def test_a_price_is_never_rewritten(self, engine):
        row = price(engine, 5)
        row.micros = 6
        with pytest.raises(TypeError):
            row.save()

    def test_a_price_of_the_future_is_refused(self, engine):
        row = Price(engine=engine, micros=1, source="x", dated_on=timezone.localdate().replace(year=2099))
        with pytest.raises(ValidationError) as error:
            row.full_clean()
        assert error.value.error_dict["dated_on"][0].code == "future"


@pytest.mark.django_db
class TestPricesOfTheEnvironment:
    def test_the_sketch_engine_is_free(self):
        assert Price.objects.worst(engines.refresh({}), WIDE, "") == 0

    def test_a_known_model_has_dated_rows_with_a_source_written_once(self):
        openai = engines.refresh(KEY | {"OPENAI_IMAGE_MODEL": "gpt-image-2"})
        engines.refresh(KEY | {"OPENAI_IMAGE_MODEL": "gpt-image-2"})
        rows = Price.objects.filter(engine=openai)
        assert rows.count() == len(list(prices.known_prices("gpt-image-2"))) and TokenPrice.objects.count() == 1
        assert {row.dated_on for row in rows} == {prices.CHECKED_ON} and all(row.source for row in rows)

    @pytest.mark.parametrize(
        "environment",
        [
            {"OPENAI_IMAGE_MODEL": "unheard-of"},
            {"OPENAI_IMAGE_MODEL": "gpt-image-2", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"},
        ],
    )
    def test_an_unknown_model_or_another_server_has_none(self, environment):
        openai = engines.refresh(KEY | environment)
        assert Price.objects.worst(openai, WIDE, "") is None and not TokenPrice.objects.exists()

    def test_azure_has_none_until_somebody_adds_one(self):
        azure = engines.refresh({"AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.com", "OPENAI_IMAGE_MODEL": "gpt-image-2"})
        assert azure.provider == "azure" and Price.objects.worst(azure, WIDE, "low") is None


@pytest.mark.django_db
class TestWhatItTook:
    @pytest.fixture
    def engine(self):
        engine = make_engine("paid", price_micros=50_000)
        TokenPrice.objects.create(
            engine=engine, text_input=5_000_000, image_input=8_000_000, output=30_000_000, source="an offer"
        )
        return engine

    @pytest.fixture
    def picture(self, engine):
        purse = Purse.objects.create(title="7B", micros_allowed=1_000_000)
        make_queued(make_work(make_assignment(make_classroom(purse=purse), engine=engine)))
        return claim(engine)

    @pytest.mark.parametrize(
        "usage, micros",
        [
            (Usage(input_tokens=100, output_tokens=200, text_tokens=90, image_tokens=10), 90 * 5 + 10 * 8 + 200 * 30),
            (Usage(input_tokens=100, output_tokens=200), 100 * 8 + 200 * 30),
            (Usage(input_tokens=100, output_tokens=0), None),
            (Usage(output_tokens=200), None),
            (Usage(), None),
        ],
    )
    def test_tokens_become_money_and_unknown_ones_count_as_the_dearer_kind(self, engine, usage, micros):
        assert TokenPrice.objects.cost(engine, usage) == micros

    def test_a_part_of_a_micro_dollar_is_a_whole_one(self, engine):
        TokenPrice.objects.create(engine=engine, text_input=1, image_input=1, output=1, source="cheap")
        assert TokenPrice.objects.cost(engine, Usage(input_tokens=1, output_tokens=1)) == 1

    def drawn(self, picture, usage):
        generation.draw(picture, FlatProvider(scale=16, usage=usage))
        picture.refresh_from_db()
        return Purse.objects.get(), picture.calls.get()

    def test_the_services_own_count_settles_the_purse(self, picture):
        purse, call = self.drawn(picture, Usage(input_tokens=100, output_tokens=200, text_tokens=100))
        assert (purse.micros_reserved, purse.micros_spent, call.micros) == (0, 6_500, 6_500)
        assert not Event.objects.filter(verb="price.too_low").exists()

    def test_without_a_count_the_worst_case_at_the_time_of_asking_is_paid(self, picture):
        price(picture.engine, 1, dated_on=timezone.localdate())
        purse, call = self.drawn(picture, Usage())
        assert (purse.micros_spent, call.micros) == (50_000, 50_000)

    def test_a_cost_above_the_worst_case_is_booked_as_it_is_and_told_once_a_day(self, picture):
        make_queued(make_work(picture.generation.trail.submission.assignment))
        usage = Usage(input_tokens=0, output_tokens=2_000)
        purse, call = self.drawn(picture, usage)
        assert (purse.micros_reserved, purse.micros_spent, call.micros) == (50_000, 60_000, 60_000)
        self.drawn(claim(picture.engine), usage)
        told = Event.objects.get(verb="price.too_low")
        assert (told.subject, told.details) == (f"engine:{picture.engine_id}", {"worst_micros": 50_000, "micros": 60_000})
        assert Purse.objects.get().micros_spent == 120_000


@pytest.mark.django_db
class TestStaffRoom:
    @pytest.fixture
    def root(self, client):
        client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True, language="en"))
        return client

    def page(self, root, engine):
        return root.get(reverse("admin:gallery_engine_change", args=[engine.pk])).content.decode()

    def test_an_engine_without_a_price_says_what_follows(self, root):
        engine = make_engine("bare", price_micros=None)
        assert "no allowance in money can be given for it" in self.page(root, engine)
        Purse.objects.create(title="7B", micros_allowed=1)
        assert "cannot draw with it" in self.page(root, engine)
        price(engine, 5)
        assert "cannot draw with it" not in self.page(root, engine)

    def test_a_price_is_added_with_date_and_source_and_counts(self, root):
        engine = make_engine("bare", price_micros=None)
        form = {"engine": engine.pk, "size": "", "quality": "", "worst": "0.07", "with_source": "0"}
        sent = root.post(reverse("admin:gallery_price_add"), form | {"dated_on": "2026-11-01", "source": ""})
        assert sent.status_code == 200 and not Price.objects.filter(engine=engine).exists()
        root.post(reverse("admin:gallery_price_add"), form | {"dated_on": "2026-11-01", "source": "the contract"})
        assert Price.objects.worst(Engine.objects.get(pk=engine.pk), WIDE, "low") == 70_000
