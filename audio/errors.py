"""What can go wrong with sound.

AudioError
├── BadAudio          the bytes are not what they claim to be
├── EngineError       a speech engine failed
│   ├── EngineTimeout     it took too long
│   └── EngineBusy        every worker is taken and the waiting line is full
└── ModelError        a model file is missing, broken or cannot be fetched
"""


class AudioError(Exception):
    """Base of everything that `audio` raises on purpose; its text is safe to show to a user."""


class BadAudio(AudioError):
    """The audio bytes do not fit the declared format."""


class EngineError(AudioError):
    """A speech engine failed; the text says which and what to do."""


class EngineTimeout(EngineError):
    """A speech engine took longer than its time limit."""


class EngineBusy(EngineError):
    """All speech workers are taken and the waiting line is full; try again later or raise `engine_workers`."""


class ModelError(AudioError):
    """A model file is missing, damaged or cannot be downloaded; the text says what to do."""
