"""The few sentences that the conversation says by itself, in the language of the talk."""

from collections.abc import Mapping

LOST_THREAD = {
    "en": "I'm sorry, I lost my train of thought. Could you say that again?",
    "de": "Entschuldige, ich habe den Faden verloren. Sagst du das bitte noch einmal?",
}
LOST_LAST_WORDS = {
    "en": "I'm sorry, I lost my train of thought. Our time is up. Thank you for talking with me. Goodbye!",
    "de": "Entschuldige, ich habe den Faden verloren. Unsere Zeit ist um. Danke für das Gespräch. Auf Wiedersehen!",
}
NOT_HEARD = {
    "en": "I'm sorry, I could not hear that properly. Could you say it again?",
    "de": "Entschuldige, das habe ich nicht richtig gehört. Sagst du es bitte noch einmal?",
}
RECORDED = {"en": "This call is being recorded.", "de": "Dieses Gespräch wird aufgenommen."}
LISTENS = {"en": "{name} is listening now.", "de": "{name} hört jetzt zu."}
SPEAKS = {"en": "{name} is speaking with you now.", "de": "{name} spricht jetzt mit dir."}


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text of a BCP 47 language; English where there is none."""
    return texts.get(language.split("-")[0].lower(), texts["en"])
