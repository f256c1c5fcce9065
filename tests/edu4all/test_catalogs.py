"""Translations: compiled, checked and collected in Python alone."""

import gettext
import os

import polib
import pytest

from edu4all import catalogs

RUSSIAN = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : "
"n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14)? 2 : 3);\\n"

msgid "Hand in"
msgstr "Сдать"

msgid "{n} picture left"
msgid_plural "{n} pictures left"
msgstr[0] "Осталась {n} картинка"
msgstr[1] "Осталось {n} картинки"
msgstr[2] "Осталось {n} картинок"
msgstr[3] "Осталось {n} картинки"
"""


@pytest.fixture
def russian(tmp_path):
    """A complete Russian catalog in a locale folder of its own."""
    path = tmp_path / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(RUSSIAN, encoding="utf-8")
    return path


class TestCompiling:
    def test_every_russian_plural_is_found(self, russian):
        catalogs.compile_stale(russian.parents[2])
        with russian.with_suffix(".mo").open("rb") as file:
            translation = gettext.GNUTranslations(file)
        said = [translation.ngettext("{n} picture left", "{n} pictures left", n).format(n=n) for n in (1, 2, 5, 11, 21, 25)]
        assert said == [
            "Осталась 1 картинка",
            "Осталось 2 картинки",
            "Осталось 5 картинок",
            "Осталось 11 картинок",
            "Осталась 21 картинка",
            "Осталось 25 картинок",
        ]

    def test_only_what_has_changed_is_compiled(self, russian):
        target = russian.with_suffix(".mo")
        assert catalogs.compile_stale(russian.parents[2]) == [target]
        assert catalogs.compile_stale(russian.parents[2]) == []
        os.utime(target, (0, 0))
        assert catalogs.compile_stale(russian.parents[2]) == [target]


class TestChecking:
    def test_a_complete_catalog_has_no_faults(self, russian):
        assert list(catalogs.faults(russian)) == []

    @pytest.mark.parametrize(
        ("before", "after", "complaint"),
        [
            ('msgstr "Сдать"', 'msgstr ""', "is not translated"),
            ('msgid "Hand in"', '#, fuzzy\nmsgid "Hand in"', "is fuzzy"),
            ('msgstr[3] "Осталось {n} картинки"\n', "", "has 3 plural forms, not 4"),
            ('msgstr[2] "Осталось {n} картинок"', 'msgstr[2] ""', "is not translated"),
            ("Осталось {n} картинок", "Осталось {k} картинок", "has {k}, which the original does not"),
            ("nplurals=4", "nplurals=3", "the header must say nplurals=4"),
        ],
    )
    def test_a_fault_is_named(self, russian, before, after, complaint):
        text = russian.read_text(encoding="utf-8")
        assert before in text
        russian.write_text(text.replace(before, after), encoding="utf-8")
        (fault,) = catalogs.faults(russian)
        assert complaint in fault

    def test_a_lost_placeholder_is_named(self, russian):
        with russian.open("a", encoding="utf-8") as file:
            file.write('\nmsgid "Hello, %(name)s"\nmsgstr "Привет"\n')
        (fault,) = catalogs.faults(russian)
        assert "has lost %(name)s" in fault


class TestCollecting:
    @pytest.fixture
    def project(self, tmp_path):
        (tmp_path / "gallery").mkdir()
        (tmp_path / "templates").mkdir()
        (tmp_path / "gallery" / "views.py").write_text(
            "from django.utils.translation import gettext as _, ngettext, pgettext_lazy\n"
            'title = _("Hand in")\n'
            'tone = pgettext_lazy("student", "Your turn")\n'
            'ngettext("{n} picture left", "{n} pictures left", 3)\n'
            'plain = "not for translation"\n'
        )
        (tmp_path / "templates" / "page.html").write_text(
            '<p>\n    {% translate "Back" %}\n  {% translate "Back" context "direction" %}\n</p>'
            "{% blocktranslate count n=n %}{{ n }} try{% plural %}{{ n }} tries{% endblocktranslate %} Not for translation"
        )
        return tmp_path

    def test_texts_of_code_and_templates_are_found(self, project):
        found = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in catalogs.texts(project)}
        assert found == {
            (None, "Hand in", ""),
            ("student", "Your turn", ""),
            (None, "{n} picture left", "{n} pictures left"),
            (None, "Back", ""),
            ("direction", "Back", ""),
            (None, "%(n)s try", "%(n)s tries"),
        }

    def test_translations_stay_new_texts_come_and_gone_ones_go(self, project, russian):
        with russian.open("a", encoding="utf-8") as file:
            file.write('\nmsgid "Gone"\nmsgstr "Ушло"\n')
        catalogs.collect(project / "locale", project)
        merged = polib.pofile(str(russian))
        assert merged.find("Hand in").msgstr == "Сдать"
        assert merged.find("Gone") is None
        assert set(merged.find("%(n)s try").msgstr_plural) == {0, 1, 2, 3}
        assert any("'Back' is not translated" in fault for fault in catalogs.faults(russian))

    def test_english_translates_to_itself(self, project):
        catalogs.collect(project / "locale", project)
        english = project / "locale" / "en" / "LC_MESSAGES" / "django.po"
        assert list(catalogs.faults(english)) == []
        assert polib.pofile(str(english)).find("%(n)s try").msgstr_plural == {0: "%(n)s try", 1: "%(n)s tries"}

    def test_a_text_that_was_never_collected_is_a_fault(self, project, russian):
        catalogs.collect(project / "locale", project)
        (project / "gallery" / "late.py").write_text('_("Too late")\n')
        assert len([fault for fault in catalogs.check(project / "locale", project) if "'Too late' is missing" in fault]) == 2
