"""What does the learner want? From their words, as a recogniser may have heard them. Pure."""

import re
from enum import StrEnum


class Intent(StrEnum):
    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"
    REPEAT = "repeat"
    REPHRASE = "rephrase"
    CONTINUE = "continue"
    HINT = "hint"
    SKIP = "skip"
    DEFINE = "define"
    QUIZ = "quiz"
    SUMMARY = "summary"
    STOP = "stop"
    THANKS = "thanks"
    OTHER = "other"
    NOTHING = "nothing"


_PATTERNS: tuple[tuple[Intent, str], ...] = (
    (Intent.STOP, r"^(please )?(stop|quit|end|bye|good ?bye|that'?s enough|i'?m done|let'?s stop|i have to go|see you)\b"),
    (Intent.REPEAT, r"\b(repeat|say (that|it) again|once more|one more time|come again|pardon|didn'?t (hear|catch))\b|^(what|huh|again|sorry)( please)?$"),
    (Intent.REPHRASE, r"(don'?t|do not|didn'?t) (understand|get (it|that))|\b(rephrase|explain (that|it|again)|confus\w*|what do you mean|simpler|easier|in other words)\b|makes? no sense"),
    (Intent.HINT, r"\b(hint|clue|help me|tip)\b"),
    (Intent.DONT_KNOW, r"(don'?t|do not) know|no idea|not sure|no clue|can'?t remember|forgot|give up|tell me the answer"),
    (Intent.SKIP, r"\b(skip|next question|another question|move on|something else)\b"),
    (Intent.QUIZ, r"\b(quiz|test|ask) me\b|^quiz$"),
    (Intent.SUMMARY, r"\b(sum up|summary|summari[sz]e|recap|what (did|have) we learn)"),
    (Intent.DEFINE, r"^(so |um |and |but |please )*(what('?s| is| are| was)|who is|tell me (more )?about|what does|why|how do|how does|where|when|can you explain|explain)\b.+"),
    (Intent.CONTINUE, r"^(please )?(continue|go on|go ahead|next|carry on|keep going|proceed|let'?s go|start|begin|ready|i'?m ready|more)\b"),
    (Intent.THANKS, r"^(thanks|thank you|thank you very much)$"),
    (Intent.YES, r"^(yes|yeah|yep|yup|sure|ok|okay|alright|all right|of course|right|mm|mhm|mm ?hm|uh ?huh|absolutely|got it|i see|understood|true|correct|good|great|fine|cool)\b"),
    (Intent.NO, r"^(no|nope|nah|not really|not yet|false|wrong)\b"),
)  # fmt: skip
_FILLERS = re.compile(r"\b(um+|uh+|er+m?|hmm+|well|so|like|you know)\b", re.I)
_TOPIC = re.compile(
    r"^(?:so |um |and |but |please )*(?:what(?:'?s| is| are| was| does)|who is|tell me (?:more )?about|why (?:is|are|do|does)|how do(?:es)?|where"
    r"|when|can you explain|explain)\s+(?:a |an |the )?(.+?)(?: mean| again| please| work)*\W*$", re.I)  # fmt: skip


def intent_of(text: str) -> Intent:
    """The first pattern that fits; `OTHER` is an answer or talk, `NOTHING` is only noise."""
    cleaned = " ".join(_FILLERS.sub(" ", text.lower()).split()).strip(" .,!?")
    if not cleaned:
        return Intent.NOTHING
    for intent, pattern in _PATTERNS:
        if re.search(pattern, cleaned):
            return intent
    return Intent.OTHER


def asked_about(text: str) -> str:
    """What a "what is ..." question asks about; "" if it is none."""
    match = _TOPIC.match(" ".join(text.lower().split()))
    return match[1] if match else ""
