"""The voices of espeak-ng that we offer, and which one speaks for a companion. Pure."""

from audio.tts.base import Voice

# Of espeak-ng's timbres those that pocketsphinx understood best (word error rate on six simple sentences: michel
# 0.31, f5 0.36, f2 0.38; plain en-us 0.71, f3 0.51, Annie 0.87): a stand-in for ears, but a better one than none.
VOICES = (
    Voice("en-us+michel", "Henry (US English)", "en-US"),
    Voice("en-us+f2", "Clara (US English)", "en-US"),
    Voice("en-us+f5", "Grace (US English)", "en-US"),
    Voice("en-us", "Walter (US English)", "en-US"),
    Voice("en-gb-x-rp", "Edward (British English)", "en-GB"),
    Voice("en-gb-x-rp+f2", "Emma (British English)", "en-GB"),
    Voice("en-gb-scotland", "Ewan (Scottish English)", "en-GB"),
    Voice("de", "Jonas (Deutsch)", "de-DE"),
    Voice("de+f2", "Lena (Deutsch)", "de-DE"),
    Voice("fr", "Louis (français)", "fr-FR"),
    Voice("fr+f2", "Chloé (français)", "fr-FR"),
    Voice("es", "Diego (español)", "es-ES"),
    Voice("es+f2", "Lucía (español)", "es-ES"),
    Voice("es-419", "Mateo (español de América)", "es-419"),
    Voice("it", "Marco (italiano)", "it-IT"),
    Voice("it+f2", "Giulia (italiano)", "it-IT"),
    Voice("nl", "Daan (Nederlands)", "nl-NL"),
    Voice("pt", "João (português)", "pt-PT"),
    Voice("pt-br", "Rafael (português do Brasil)", "pt-BR"),
    Voice("pl", "Jan (polski)", "pl-PL"),
    Voice("sv", "Erik (svenska)", "sv-SE"),
    Voice("nb", "Olav (norsk)", "nb-NO"),
    Voice("tr", "Emre (Türkçe)", "tr-TR"),
    Voice("uk", "Andrij (українська)", "uk-UA"),
    Voice("ru", "Ivan (русский)", "ru-RU"),
    Voice("hi", "Arjun (हिन्दी)", "hi-IN"),
    Voice("cmn", "Wei (普通话)", "zh-CN"),
)


def voice_for(voice: str, language: str) -> str:
    """The espeak-ng voice for a companion's voice id and language.

    A voice of another language lends its timbre (`en-us+f2` speaks German as `de+f2`); an unknown one becomes the
    language's default, and an unknown language is tried by its code.
    """
    known = next((known for known in VOICES if known.id == voice), None)
    wanted = language.lower().replace("_", "-")
    code = _OTHER_CODES.get(_primary(wanted), _primary(wanted))
    if known is not None and _primary(known.language) == code:
        return voice
    fitting = [other for other in VOICES if other.language.lower() == wanted] or [
        other for other in VOICES if _primary(other.language) == code
    ]
    unlisted = code if code.isascii() and code.isalpha() and len(code) <= 3 else VOICES[0].id  # never a path
    base = fitting[0].id if fitting else unlisted
    timbre = voice.partition("+")[2] if known is not None else ""
    return f"{base.partition('+')[0]}+{timbre}" if timbre else base


_OTHER_CODES = {"no": "nb", "nn": "nb"}
"""Language codes that espeak-ng knows by another one."""


def _primary(language: str) -> str:
    return language.lower().partition("-")[0]
