"""Sentences that teachers often write under a picture, in the language of the assignment; a press puts one into the comment."""

COMMENTS = {
    "ru": (
        "Сильная идея!",
        "Точные слова: всё видно сразу.",
        "Хорошо, что слова менялись понемногу.",
        "Скажи больше о свете и времени дня.",
        "Напиши, откуда мы смотрим.",
        "Объясни выбор подробнее.",
    ),
    "en": (
        "Strong idea!",
        "Exact words: we see it at once.",
        "Good that the words changed step by step.",
        "Say more about the light.",
        "Say where we look from.",
        "Tell more about your choice.",
    ),
}
