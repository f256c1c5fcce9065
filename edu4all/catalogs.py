"""Translations without the gettext programs: compile .po to .mo, check that nothing is missing, collect new texts.

python -m edu4all.catalogs compile | check | collect
"""
# ruff: noqa: T201 (a command that speaks to the terminal)

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
PLURAL_FORMS = {"ru": 4, "en": 2}  # Django's Russian has four: 1, 2, 5 and fractions
HEADERS = {
    "ru": "nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : "
    "n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14)? 2 : 3);",
    "en": "nplurals=2; plural=(n != 1);",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sdf]|\{\w*\}")
FOLDERS = ["edu4all", "gallery", "assignments", "templates"]
SUFFIXES = {".py", ".html", ".txt"}
KEYWORDS: dict = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], None),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}


def catalogs(locale: Path) -> list[Path]:
    """Return every .po file."""
    return sorted(locale.glob("*/LC_MESSAGES/*.po"))


def compile_stale(locale: Path = LOCALE) -> list[Path]:
    """Compile each .po that is newer than its .mo, all at once or not at all; return the .mo files written."""
    written = []
    for source in catalogs(locale):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        catalog = polib.pofile(str(source))
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        catalog.save_as_mofile(str(fresh))
        fresh.rename(target)
        written.append(target)
    return written


def faults(source: Path) -> Iterator[str]:
    """Yield a sentence for each text that is missing, uncertain, short of a plural form or at odds with its placeholders."""
    language = source.parent.parent.name
    catalog = polib.pofile(str(source))
    if f"nplurals={PLURAL_FORMS[language]}" not in catalog.metadata.get("Plural-Forms", ""):
        yield f"{source}: the header must say nplurals={PLURAL_FORMS[language]}"
    for entry in catalog:
        if entry.obsolete:
            continue
        where = f"{source}:{entry.linenum}: {entry.msgid[:60]!r}"
        if entry.fuzzy:
            yield f"{where} is fuzzy: check the translation and remove the mark"
        translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.msgid_plural and len(translations) != PLURAL_FORMS[language]:
            yield f"{where} has {len(translations)} plural forms, not {PLURAL_FORMS[language]}"
        if not all(text.strip() for text in translations):
            yield f"{where} is not translated"
            continue
        known = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))
        for text in translations:
            if extra := set(PLACEHOLDER.findall(text)) - known:
                yield f"{where} has {' '.join(sorted(extra))}, which the original does not"
        if not entry.msgid_plural and (lost := known - set(PLACEHOLDER.findall(entry.msgstr))):
            yield f"{where} has lost {' '.join(sorted(lost))}"


def texts(root: Path = ROOT) -> polib.POFile:
    """Return a catalog of every translatable text in our Python files and templates."""
    from babel.messages.extract import extract
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()  # templatize reads FILE_CHARSET-like defaults only

    template = polib.POFile()
    found: dict[tuple, polib.POEntry] = {}
    for path in sorted(
        path for folder in FOLDERS for path in (root / folder).rglob("*") if path.suffix in {".py", ".html", ".txt"}
    ):
        name = str(path.relative_to(root))
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            source = "\n".join(line.strip() for line in templatize(source, origin=name).splitlines())
        for _, message, comments, context in extract(
            "python", io.BytesIO(source.encode()), KEYWORDS, comment_tags=["Translators:"], options={"encoding": "utf-8"}
        ):
            single, plural = message if isinstance(message, tuple) else (message, "")
            entry = found.get((context, single))
            if not entry:
                entry = polib.POEntry(msgid=single, msgctxt=context, comment="\n".join(comments))
                found[context, single] = entry
                template.append(entry)
            entry.msgid_plural = entry.msgid_plural or plural
            if (name, "") not in entry.occurrences:
                entry.occurrences.append((name, ""))  # no line numbers: they change with every edit
            if re.search(r"%\(\w+\)[sdf]|%[sdf]", single) and "python-format" not in entry.flags:
                entry.flags.append("python-format")
    return template


def collect(locale: Path = LOCALE, root: Path = ROOT) -> None:
    """Merge new texts into each language's catalog; English translates to itself."""
    template = texts(root)
    for language, forms in PLURAL_FORMS.items():
        path = locale / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = polib.pofile(str(path)) if path.exists() else polib.POFile()
        catalog.wrapwidth = 128
        catalog.metadata = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Language": language,
            "Plural-Forms": HEADERS[language],
        }
        merge(catalog, template, forms, is_source=language == "en")
        catalog.save(str(path))


def merge(catalog: polib.POFile, template: polib.POFile, forms: int, is_source: bool) -> None:
    """Bring a catalog up to a template: new texts in, gone ones out; the source language fills itself."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in catalog}
    merged = []
    for wanted in template:
        entry = polib.POEntry(
            msgid=wanted.msgid,
            msgid_plural=wanted.msgid_plural,
            msgctxt=wanted.msgctxt,
            comment=wanted.comment,
            occurrences=wanted.occurrences,
            flags=list(wanted.flags),
        )
        old = known.get((wanted.msgctxt, wanted.msgid))
        if old and old.fuzzy:
            entry.flags.append("fuzzy")
        if wanted.msgid_plural:
            source = {form: wanted.msgid_plural if form else wanted.msgid for form in range(forms)} if is_source else {}
            kept = old.msgstr_plural if old else {}
            entry.msgstr_plural = {form: kept.get(form) or source.get(form, "") for form in range(forms)}
        else:
            entry.msgstr = (old.msgstr if old else "") or (wanted.msgid if is_source else "")
        merged.append(entry)
    catalog[:] = merged


def check(locale: Path = LOCALE, root: Path = ROOT) -> list[str]:
    """Return everything wrong with the catalogs, texts that were never collected included."""
    wrong = [fault for source in catalogs(locale) for fault in faults(source)]
    wanted = {(entry.msgctxt, entry.msgid) for entry in texts(root)}
    for language in PLURAL_FORMS:
        path = locale / language / "LC_MESSAGES" / "django.po"
        catalog = polib.pofile(str(path)) if path.exists() else []
        known = {(entry.msgctxt, entry.msgid) for entry in catalog if not entry.obsolete}
        wrong += [f"{path}: {text[:60]!r} is missing: run `make messages`" for _, text in sorted(wanted - known, key=str)]
    return wrong


def main(arguments: list[str]) -> int:
    """Do what the one argument says; return the exit code."""
    if arguments == ["compile"]:
        compile_stale()
    elif arguments == ["collect"]:
        collect()
    elif arguments == ["check"]:
        wrong = check()
        print("\n".join(wrong) or "Both languages are complete.")
        return bool(wrong)
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
