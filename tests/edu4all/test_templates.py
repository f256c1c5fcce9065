"""What every template must keep to, read from the files themselves."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "edu4all" / "static"
OWN_SCRIPTS = sorted((STATIC / "js").glob("*.js"))


def symbols(sprite: str) -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (STATIC / sprite).read_text(encoding="utf-8")))


def without_comments(template: Path) -> str:
    return re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", template.read_text(encoding="utf-8"), flags=re.S)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
class TestEveryTemplate:
    def test_names_only_icons_and_drawings_that_exist(self, template):
        text = without_comments(template)
        assert set(re.findall(r'\{% icon "([^"]+)"', text)) <= symbols("icons.svg")
        assert set(re.findall(r'(?:action_icon|icon_name)="([^"]+)"', text)) <= symbols("icons.svg")
        assert set(re.findall(r'(?:\{% art |art_name=)"([^"]+)"', text)) <= symbols("art.svg")

    def test_has_no_inline_style_script_or_handler(self, template):
        text = without_comments(template)
        assert not re.search(r"<[^>]*\sstyle=", text)
        assert not re.search(r"<style\b", text)
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
        assert not re.search(r"<[^>]*\s(?:on[a-z]+|hx-on[^=]*)=", text)

    def test_loads_nothing_from_another_host(self, template):
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", without_comments(template))

    def test_gives_every_image_an_alt(self, template):
        for image in re.findall(r"<img\b.*?>", without_comments(template), flags=re.S):
            assert " alt=" in image


class TestThemes:
    def test_dark_is_the_same_by_choice_and_by_device(self):
        css = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
        by_device = re.search(r'not\(\[data-theme="light"\]\) \{(.*?)\}', css, re.S).group(1)
        by_choice = re.search(r'data-theme="dark"\].*?\{(.*?)\}', css, re.S).group(1)
        assert by_device.split() == by_choice.split()

    # admin.css is left out: its variables are Django's.
    @pytest.mark.parametrize("sheet", sorted((STATIC / "css").glob("[!a]*.css")), ids=lambda path: path.name)
    def test_uses_only_tokens_that_are_defined(self, sheet):
        css = sheet.read_text(encoding="utf-8")
        defined = set(re.findall(r"(--[\w-]+)\s*:", (STATIC / "css" / "tokens.css").read_text(encoding="utf-8") + css))
        needed = set(re.findall(r"var\((--[\w-]+)\)", css))
        assert needed <= defined


class TestScripts:
    @pytest.mark.parametrize("script", OWN_SCRIPTS, ids=lambda path: path.name)
    def test_needs_nothing_that_the_policy_forbids(self, script):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function\(|\.innerHTML\s*=|insertAdjacentHTML|document\.write", text)
