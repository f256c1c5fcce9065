"""Finds attempts to talk to the meta prompt around the student's words instead of describing a picture."""

from __future__ import annotations

import re

from gallery.safety.disguises import in_cyrillic
from gallery.safety.normalise import cyrillic_look, flat, hides_text, latin_look

_RULES_EN = r"(?:instructions?|rules?|prompts?|guidelines?|restrictions?|filters?|polic(?:y|ies)|directives?|constraints?)"
_TALK_EN = r"(?:lists?|context|text|everything|anything|commands?|orders?|messages?|safety|limits?|censorship)"
_WHICH_EN = (
    r"(?:(?:all|any|every|of|the|your|these|those|my|our|previous|prior|above|earlier|preceding|system|safety|meta|content|"
    r"child|school|original|hidden|following|first|last|and|disallow(?:ed)?|forbidden)\s+){0,6}"
)
_RULES_RU = (
    r"(?:(?:правил(?:а|о|ах|ами)?|инструкц\w*|указани\w*|промп?т\w*|запрет\w*|ограничени\w*|фильтр\w*|цензур\w*)\b"
    r"(?!\s+(?:дорожн|движени)))"
)
_TALK_RU = r"(?:список|списк\w*|команд\w*|установк\w*|требовани\w*|контекст\w*|текст\w*)"
_WHICH_RU = (
    r"(?:(?:про|о|обо|на|от|все|всех|всю|весь|эти|этих|те|тех|твои|твоих|свои|своих|ваши|ваших|предыдущ\w+|прошл\w+|прежн\w+|"
    r"вышеуказанн\w+|системн\w+|безопасн\w+|школьн\w+|любые|любых|запрещенн\w+)\s+){0,5}"
)
_FORGET_RU = (
    r"(?:игнорируй|проигнорируй|игнорировать|забудь|забуд|забыть"
    r"|не (?:соблюдай|следуй|выполняй|учитывай|обращай внимания))(?:те)?"
)
_UNDO_RU = r"(?:отмени|отключи|обойди|обойти|нарушь|сбрось|убери|удали|сними|покажи|выведи|напечатай|повтори|перескажи)(?:те)?"
_NOW_RU = r"(?:\s+(?:мне|пожалуйста|теперь|сейчас))?\s+"

#: What makes a prompt an order to the machine, by family; patterns look at the flat text.
_ORDERS = {
    "instructions": (
        rf"\b(?:ignore|disregard|forget|override|overrule|bypass)\s+{_WHICH_EN}(?:{_RULES_EN}|{_TALK_EN})\b",
        rf"\b(?:skip|drop|cancel|disable|turn off|remove|reveal|print|repeat|show me|output)\s+{_WHICH_EN}{_RULES_EN}\b",
        rf"\b(?:do not|don.?t|never|stop)\s+(?:follow|obey|apply)(?:ing)?\s+{_WHICH_EN}{_RULES_EN}\b",
        r"\b(?:ignore|disregard|forget)\s+(?:all|what)\b.{0,20}\b(?:above|before|said|told|given)\b",
        rf"\b{_FORGET_RU}{_NOW_RU}{_WHICH_RU}(?:{_RULES_RU}|{_TALK_RU})",
        rf"\b{_UNDO_RU}{_NOW_RU}{_WHICH_RU}{_RULES_RU}",
        r"\b(?:игнорируй|забудь)(?:те)?\s+(?:обо\s+)?(?:все|всем|то),?\s+(?:что\b|выше|ранее|сказанн|написанн)",
        r"\b(?:system|meta|hidden|initial)[\s-]*prompt\b|\bсистемн\w+\s+(?:промп?т|подсказк|сообщени)|\bмета-?\s?промп?т",
        r"\b(?:negative|positive)\s+prompt\s*:|\bнов(?:ая инструкция|ые правила)\s*:|\bnew (?:instructions?|rules?)\s*:",
        r"\bjail\s?break\w*|\bdan mode\b|\bdo anything now\b|\bdeveloper mode\b|\bрежим\w* (?:разработчик|бог|админ)",
        r"\b(?:without|no)\s+(?:any\s+)?(?:censorship|censoring|safety (?:filters?|rules?)|content (?:filters?|policy))\b",
        r"\buncensored\b|\bunfiltered\b|\bбез\s+(?:всякой\s+)?цензур\w+|\bнецензурированн\w+",
        r"\bopposite of (?:a |the |what is )?(?:safe|allowed|child|rules)",
        r"\b(?:что|чего) (?:нельзя|запрещено)(?: рисовать| показывать| детям)?(?=\s*(?:[.,:;!]|$))",
        r"\b(?:what|everything|something) (?:is |that is |that's )?(?:not allowed|forbidden|disallowed|banned)\b",
        rf"\b(?:{_RULES_EN}|commands?|orders?)\b(?: (?:above|before|so far))?,?(?: \w+)?"
        r" (?:do not|don.?t|does not|no longer|not) (?:apply|count|matter|hold)\b",
        rf"\b{_RULES_EN}(?: above| before)? (?:are|is|were) (?:now )?"
        r"(?:cancell?ed|void|lifted|gone|off|empty|over|deleted|removed|suspended)\b",
        r"\bwithout (?:any )?(?:restrictions?|limitations?|guidelines|filters?)\b",
        r"\b(?:paint|draw)\w* (?:it )?without (?:any )?(?:rules|limits)\b",
        r"\b(?:repeat|write|print|copy|output|show|say|quote|reveal|tell)\b.{0,15}\b(?:text|words?|lines?|sentences?|everything)\b.{0,20}"
        r"(?:\babove\b(?! (?:the|a|an|my|his|her|our)\b)|\b(?:before|preceding|prior to) (?:my|this|these|here)\b)",
        r"\bend of (?:the |my |this )?(?:description|prompt|input|request|task)\b",
        r"\bdescription (?:ends|is over|is finished|stops)\b",
        r"\b(?:a |the |your )?new (?:task|orders?|commands?)\b.{0,40}\b(?:draw|paint|be|show|you)\b",
        r"\borders? for (?:you|the machine|the model)\b",
        rf"\b{_RULES_RU}(?:\s+\w+){{0,3}}\s+"
        r"(?:не действу\w+|отмен\w+|недействительн\w+|снят\w*|не нужн\w+|не важн\w+|не считаются)",
        r"\bне слушай(?:ся|те)?\b.{0,20}\b(?:выше|правил|инструкц|указан|школ|взросл)",
        r"\b(?:напиши|напечатай|покажи|повтори|выведи|скопируй|процитируй|перескажи)\b.{0,25}"
        r"\b(?:скрыт\w+ |тайн\w+ |свои |твои )?"
        r"(?:инструкци\w+|указани\w+|(?:текст|слова|слово|строк\w+|фраз\w+).{0,20}\b(?:выше|перед мо\w+|до мо\w+))",
        r"\bбез (?:\w+ )?(?:ограничений|запретов|фильтров)\b|\bрисуй\w* без правил\b",
        r"\bконец (?:описани\w+|промп?та|ввода|задания|запроса)\b|\bописание (?:закончи\w+|окончен\w*|заверш\w+)",
        r"\b(?:новая задача|новое задание|новый приказ|новые приказы)\b.{0,30}\b(?:рису|нарису|будь|покажи|ты)",
        r"\b(?:дальше|далее|теперь) приказ",
        r"\b(?:все|всё|что-то|нечто|самое|что-нибудь) запрещенн\w+|\bпротивоположност\w+ (?:безопасн|разрешенн|правил|добр)",
    ),
    "role": (
        r"\byou are (?:now an?|no longer)\b",
        r"\bты (?:теперь|больше не) (?:ии|бот|модель|систем|ассистент|помощник|дизайнер|долж|обязан)",
        r"\b(?:act|behave|respond|answer) (?:as|like) (?:an? |the )?"
        r"(?:ai|system|unrestricted|admin|developer|root|assistant|dan)\b",
        r"\b(?:веди себя|действуй|отвечай) как (?:ии|система|админ\w*|разработчик|модель|бот)\b",
        r"\bpretend (?:that )?(?:you|there) (?:are no|have no|is no|are not|have never)\b",
        r"\bimagine (?:that )?you (?:have|had) no\b",
        r"\bпритворись,?\s+(?:что\s+)?(?:ты|у тебя|правил)|\bпредставь,?\s+что\s+(?:ты|у тебя)\s+(?:нет|без|не)\b",
        r"(?:^|[\n.!?;\"'«»>\]]\s*)#*\s*(?:system|assistant|user|developer|система|ассистент|пользователь)\s*:",
        r"\b(?:i am|i'm|я)\s+(?:your |the |an? |твой )?(?:admin\w*|developer|creator|разработчик|админ\w*|создатель)\b",
        r"\bты (?:теперь|отныне|больше не)\s+(?:\w+\s+){0,2}(?:без\b|художник|рисовальщик|машина|нейросеть)",
        r"\b(?:разрешаю|приказываю|повелеваю|позволяю)\b|\bi (?:allow|permit|order|command) you\b",
    ),
    "markup": (
        r"`{3}|\"{3}|'{3}|~{3}|-{4,}|={4,}|#{3,}|<\|.{0,30}\|>|\[/?(?:inst|sys|system)\]|<<\s*sys|\{\{|\{%",
        r"</?[a-zа-я_][\w:.-]*(?:[\s:=/][^<>]*)?>|<!--|&lt;|&#\d+;|\]\]>",
        r"(?:^|\s)--[a-z]{1,12}\b|(?:^|\s)\|\||\(\(\w|\w::-?\d",
        r"\bsd_cpp_extra_args\b|\"(?:role|prompt|n|size|model|moderation|content)\"\s*:",
    ),
    "encoded": (
        r"\bbase\s?64\b|\brot\s?13\b|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|(?:%[0-9a-f]{2}){4,}|\b(?:[01]{8}\s+){3,}",
        r"\b(?=[a-f]*[0-9])[0-9a-f]{32,}\b",
    ),
}
_PATTERNS = [(family, re.compile(pattern)) for family, patterns in _ORDERS.items() for pattern in patterns]
_SPACED = re.compile(r"(?<!\w)\w(?:[\s.,·•*_/|+~-]{1,3}\w(?!\w)){4,}")
_NO_GAPS = str.maketrans("", "", " .,·•*_/|+~-")
_PARTED = re.compile(r"(?<=\w)[-_.·](?=\w)")
#: An order whose letters were set apart, closed up again.
_CLOSED_ORDER = re.compile(
    r"(?:ignore|disregard|forget|bypass|override)\w{0,20}(?:rules|instruction|prompt|filter|guideline|restriction)"
    r"|(?:забудь|игнорируй|обойди|отключи)\w{0,20}(?:правил|инструкц|запрет|фильтр|ограничен|указан)"
)
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")


def frame_family(prompt: str, cleaned: str) -> str | None:
    """Return how a prompt tries to leave its frame: "invisible", "instructions", "role", "markup" or "encoded"; None if not.

    ``prompt`` is what was typed, ``cleaned`` the same after clean().
    """
    if hides_text(prompt):
        return "invisible"
    text = flat(cleaned)
    looks = dict.fromkeys((text, latin_look(cleaned), cyrillic_look(cleaned), in_cyrillic(text), _closed_up(text)))
    for family, pattern in _PATTERNS:
        if any(pattern.search(look) for look in looks):
            return family
    if _CLOSED_ORDER.search("".join(match[0] for match in _SPACED.finditer(text)).translate(_NO_GAPS)):
        return "instructions"
    return "encoded" if any(_is_encoded(match[0]) for match in _BLOB.finditer(cleaned)) else None


def _closed_up(text: str) -> str:
    """Return ``text`` with words that were parted by points or dashes in one piece."""
    return _PARTED.sub("", text)


def _is_encoded(blob: str) -> bool:
    """Tell base64 from a long word: it mixes capitals, small letters and digits, ends in padding, or never ends."""
    kinds = (str.isupper, str.islower, str.isdigit)
    return blob.endswith("=") or len(blob) > 60 or all(any(kind(letter) for letter in blob) for kind in kinds)
