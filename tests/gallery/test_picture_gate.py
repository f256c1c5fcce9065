"""The classifier that looks at every picture: what it says of harmless ones, and what follows when it cannot say anything."""

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from gallery.gates import HOLDS, weigh, weigh_words
from gallery.pictures import SKETCH_MADE, Label, prepare
from gallery.providers.base import DrawRequest
from gallery.providers.moderation import Opinion
from gallery.providers.sketch import EXAMPLES, SketchProvider
from gallery.safety import picture_gate
from gallery.safety.picture_gate import FINE_BELOW, LOCAL, REFUSED_FROM, Classifier, Look, look

ROOT = Path(__file__).resolve().parents[2]
LABEL = Label(digital_source=SKETCH_MADE, statement="", tool="")
needs_classifier = pytest.mark.skipif(not LOCAL.is_installed, reason="no picture classifier for this machine")


class Says:
    """A judge that says what it was told to say."""

    is_installed = True

    def __init__(self, score):
        self._score = score

    def score(self, picture):
        if isinstance(self._score, Exception):
            raise self._score
        return self._score


def sketch(words, language, tmp_path):
    """Return the larger thumbnail of what the sketch engine draws for ``words``."""
    request = DrawRequest(words=words, prompt=words, language=language, size=(1536, 864), seed=7)
    provider, spool = SketchProvider(), tmp_path / "answer"
    provider.ask(request, spool)
    return prepare(provider.read(spool, request).image, label=LABEL).thumbnails[960]


def picture(kind="PNG"):
    """Return a green field under a blue sky."""
    file, image = io.BytesIO(), Image.new("RGB", (384, 216), "#7fb2e5")
    image.paste("#4f9a4a", (0, 130, 384, 216))
    image.save(file, kind)
    return file.getvalue()


@needs_classifier
class TestTheClassifier:
    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_finds_no_fault_with_the_drawings_of_the_sketch_engine(self, language, tmp_path):
        for words in EXAMPLES[language]:
            seen = look(sketch(words, language, tmp_path))
            assert seen.outcome == "fine" and seen.score < FINE_BELOW / 2, (words, seen)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_reads_what_services_send_and_what_we_store(self, kind):
        assert look(picture(kind)).outcome == "fine"

    def test_is_loaded_once_and_says_the_same_to_many_threads(self, monkeypatch):
        classifier, together, said = Classifier(), threading.Barrier(6), []

        def ask():
            together.wait(20)
            said.append((look(picture(), classifier), id(classifier._loaded)))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(said) == 6 and len(set(said)) == 1

    def test_that_cannot_read_a_picture_has_not_judged_it(self):
        assert look(b"no picture").outcome == "broken"

    def test_with_a_cut_model_file_has_not_judged_anything(self, tmp_path):
        cut = tmp_path / "cut.onnx"
        cut.write_bytes(b"\x08\x07" * 1000)
        assert look(picture(), Classifier(str(cut))) == Look("broken", detail="ChecksumMismatchError")

    def test_with_its_model_gone_does_not_look_for_one_in_the_net(self, tmp_path):
        """The package would fetch it; so its path is always given, and one that is not there is a fault."""
        assert look(picture(), Classifier(str(tmp_path / "gone.onnx"))) == Look("broken", detail="ModelNotFoundError")


class TestOutcomes:
    @pytest.mark.parametrize(
        "score, outcome",
        [
            (0, "fine"),
            (FINE_BELOW - 0.001, "fine"),
            (FINE_BELOW, "hold"),
            (REFUSED_FROM - 0.001, "hold"),
            (REFUSED_FROM, "refuse"),
        ],
    )
    def test_follow_from_the_score(self, score, outcome):
        assert look(b"", Says(score)) == Look(outcome, round(score, 3))

    @pytest.mark.parametrize("nonsense", [float("nan"), -0.1, 1.1, float("inf"), None, "much"])
    def test_a_score_that_is_none_is_no_judgement(self, nonsense):
        assert look(b"", Says(nonsense)).outcome == "broken"

    @pytest.mark.parametrize("error", [RuntimeError("x"), MemoryError(), ImportError("libgomp"), OSError()])
    def test_whatever_goes_wrong_is_no_judgement_either(self, error):
        assert look(b"", Says(error)) == Look("broken", detail=type(error).__name__)

    def test_without_the_package_nothing_is_judged_and_that_is_said_once(self, caplog, monkeypatch):
        monkeypatch.setattr(picture_gate, "_told", threading.Event())
        absent = Says(0.0)
        absent.is_installed = False
        assert [look(b"", absent), look(b"", absent)] == [Look("missing")] * 2
        assert [record.message for record in caplog.records] == ["no picture classifier on this machine"]


FINE, HOLD, REFUSE = Look("fine", 0.01), Look("hold", 0.5), Look("refuse", 0.9)
BROKEN, MISSING = Look("broken"), Look("missing")


class TestWeighing:
    """The strictest word counts, and a layer that failed never lets a picture through."""

    @pytest.mark.parametrize(
        "seen, opinion, ends",
        [
            (FINE, None, "fine"),
            (FINE, "fine", "fine"),
            (FINE, "silent", "fine"),
            (FINE, "hold", "moderation_doubt"),
            (FINE, "refuse", "moderation_picture"),
            (HOLD, None, "picture_doubt"),
            (HOLD, "fine", "picture_doubt"),
            (HOLD, "silent", "picture_doubt"),
            (HOLD, "refuse", "moderation_picture"),
            (REFUSE, None, "picture"),
            (REFUSE, "fine", "picture"),
            (BROKEN, None, "picture_broken"),
            (BROKEN, "fine", "picture_broken"),
            (BROKEN, "silent", "picture_broken"),
            (BROKEN, "refuse", "moderation_picture"),
            (MISSING, None, "unjudged"),
            (MISSING, "fine", "fine"),
            (MISSING, "silent", "unjudged"),
            (MISSING, "hold", "moderation_doubt"),
            (MISSING, "refuse", "moderation_picture"),
        ],
    )
    def test_of_classifier_and_moderation(self, seen, opinion, ends):
        finding = weigh(seen, opinion and Opinion(opinion))
        assert (finding.reason or "fine") == ends
        assert finding.outcome == ("fine" if ends == "fine" else "hold" if ends in HOLDS else "refuse")

    def test_an_earlier_doubt_about_the_words_holds_a_picture_that_is_fine(self):
        assert weigh(FINE, Opinion("fine"), words="words_doubt").reason == "words_doubt"

    def test_a_school_may_want_to_see_what_nothing_can_judge(self):
        assert weigh(MISSING, holds=False).outcome == "fine"

    def test_but_not_what_a_layer_failed_to_judge(self):
        assert weigh(MISSING, Opinion("silent"), holds=False).reason == "unjudged"
        assert weigh(BROKEN, holds=False).reason == "picture_broken"

    def test_our_own_drawings_are_shown_where_there_is_no_classifier(self):
        assert weigh(MISSING, is_ours=True).outcome == "fine"
        assert weigh(BROKEN, is_ours=True).reason == "picture_broken"

    def test_what_every_layer_said_is_told(self):
        finding = weigh(HOLD, Opinion("silent", detail="Busy 429"))
        assert finding.said == {
            "stage": "output", "classifier": "hold", "score": 0.5, "moderation": "silent", "categories": [], "code": "Busy 429"
        }  # fmt: skip

    def test_words_are_refused_answered_with_care_doubted_or_let_through(self):
        ends = {said: weigh_words(Opinion(said, ("x",))) for said in ("refuse", "care", "hold", "fine", "silent")}
        assert {said: (finding.outcome, finding.reason) for said, finding in ends.items()} == {
            "refuse": ("refuse", "moderation_words"),
            "care": ("refuse", "care"),
            "hold": ("hold", "words_doubt"),
            "fine": ("fine", ""),
            "silent": ("fine", ""),
        }


class TestAMachineWithoutIt:
    """Not every machine has a wheel of onnxruntime: the site starts all the same."""

    def run(self, code, **env):
        begin = "import sys; sys.modules['onnxruntime'] = None\nimport django; django.setup()\n"
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "edu4all.settings"} | env
        answer = subprocess.run(
            [sys.executable, "-c", begin + code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout + answer.stderr

    @pytest.mark.parametrize("setting, said", [("", "held until a teacher"), ("show", "SHOWN UNJUDGED")])
    def test_the_site_starts_and_says_what_that_means(self, setting, said):
        told = self.run("from django.core.management import call_command; call_command('check')", UNJUDGED_PICTURES=setting)
        assert "gallery.W001" in told and said in told

    def test_nothing_is_judged_there(self):
        assert "Look(outcome='missing'" in self.run("from gallery.safety.picture_gate import look; print(look(b'x'))")
