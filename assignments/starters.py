"""Ready-made assignments to start from, in Russian and English: the texts are ours, the ideas are the lesson's."""

from dataclasses import dataclass

LEVELS = {
    "ru": ("ещё нет", "немного", "почти", "хорошо", "очень хорошо"),
    "en": ("not yet", "a little", "nearly", "well", "very well"),
}


@dataclass(frozen=True)
class Starter:
    """A template for an assignment: ``criteria`` are names of rubric lines, each with the five LEVELS."""

    key: str
    language: str
    title: str
    brief: str
    rubric: str
    criteria: tuple[str, ...]
    points_possible: int = 20
    max_tries: int = 8

    def outline(self):
        """Return the rubric as Rubric.write takes it."""
        return [(name, "", list(enumerate(LEVELS[self.language], 1))) for name in self.criteria]


STARTERS = [
    Starter(
        "monument",
        "ru",
        "Памятник в неожиданном месте",
        "Возьми известный памятник и перенеси его туда, где его никто не ждёт: на дно моря, на Луну, в лес или на кухню. "
        "Сделай не меньше трёх попыток, меняй слова понемногу. Выбери лучшую картинку и объясни свой выбор.",
        "Памятник и путь к нему",
        ("Неожиданное место", "Точность слов", "Выбор и объяснение", "Свет и настроение"),
    ),
    Starter(
        "monument",
        "en",
        "A monument in an unexpected context",
        "Take a famous monument and move it somewhere nobody would expect: the sea floor, the Moon, a forest, a kitchen. "
        "Make at least three tries and change your words a little each time. Choose the best picture and explain your choice.",
        "The monument and the way to it",
        ("Unexpected context", "Exact words", "Choice and reason", "Light and mood"),
    ),
    Starter(
        "tale",
        "ru",
        "Картинка к моей сказке",
        "Выбери самый важный миг своей сказки и нарисуй его словами: кто там, где это, какой свет, что вот-вот случится. "
        "Читатель должен захотеть перевернуть страницу.",
        "Иллюстрация к сказке",
        ("Миг из сказки", "Герой узнаётся", "Точность слов", "Выбор и объяснение"),
    ),
    Starter(
        "tale",
        "en",
        "A picture for my own tale",
        "Choose the most important moment of your tale and paint it with words: who is there, where, in what light, and what "
        "is about to happen. The reader should want to turn the page.",
        "An illustration for a tale",
        ("Moment of the tale", "The hero is recognised", "Exact words", "Choice and reason"),
    ),
    Starter(
        "character",
        "ru",
        "Новый герой для моей истории",
        "Придумай героя, которого ещё не было. Как он выглядит, что любит, где живёт? Покажи это на картинке так, чтобы о нём "
        "захотелось узнать больше.",
        "Новый герой",
        ("Новизна", "Характер виден", "Точность слов", "Выбор и объяснение"),
    ),
    Starter(
        "character",
        "en",
        "A new character for my story",
        "Invent somebody who has never been before. What do they look like, what do they love, where do they live? Show it so "
        "that everybody wants to know more.",
        "A new character",
        ("Newness", "Character shows", "Exact words", "Choice and reason"),
    ),
]


def starter(key, language):
    """Return the starter ``key`` in ``language``; the first one of that language where there is none."""
    fitting = [item for item in STARTERS if item.language == language] or STARTERS
    return next((item for item in fitting if item.key == key), fitting[0])
