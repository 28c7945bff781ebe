"""What learners say, as recognisers write it down, and what they want by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.brain.intents import Heard, Intent, understand

SAYINGS = {
    Intent.NOTHING: ["", "um", "uh hmm", "...", "[noise]", "hmm."],
    Intent.YES: ["yes", "Yeah.", "yep", "okay", "mm-hm", "uh-huh", "sure", "yes please", "I think so",
        "got it", "okay yes", "makes sense", "it's clear", "all right", "so far so good", "yes I do",
        "of course", "I understand"],
    Intent.NO: ["no", "nope", "not really", "no thank you", "no thanks", "not at all", "no it isn't"],
    Intent.DONT_KNOW: ["I don't know", "I dunno", "no idea", "um I don't know", "I have no clue",
        "I can't remember", "I'm not sure", "I forgot", "well I really don't know", "dunno"],
    Intent.TELL_ME: ["tell me", "just tell me the answer", "what's the answer", "I give up", "what is it",
        "show me the solution"],
    Intent.REPEAT: ["say that again please", "huh", "what", "can you repeat that", "repeat", "pardon",
        "come again", "sorry?", "one more time please", "I didn't hear you", "what did you say",
        "could you say it again", "again please", "re peat", "I didn't catch that", "tell me that again"],
    Intent.QUESTION_AGAIN: ["what was the question", "ask me again", "what are my options",
        "repeat the question please"],
    Intent.SLOWER: ["slower please", "can you speak slower", "that was too fast", "slow down",
        "not so fast", "speak more slowly please"],
    Intent.FASTER: ["faster", "can you go faster please", "you're too slow"],
    Intent.REPHRASE: ["I don't understand", "I don't get it", "can you explain that again",
        "what do you mean", "I'm confused", "explain it in other words", "that makes no sense",
        "I didn't understand that at all", "I'm lost"],
    Intent.CONTINUE: ["yes let us start", "I want to go on", "go on", "continue", "next", "next one", "keep going", "okay go on", "let's go",
        "start", "I'm ready", "tell me more", "move on please", "and then", "carry on", "let's continue",
        "okay next"],
    Intent.WAIT: ["wait", "hold on", "one moment please", "let me think", "give me a second",
        "I'm still thinking"],
    Intent.HINT: ["hint", "give me a hint", "can I have a clue please", "help", "help me", "I'm stuck",
        "a hint please", "another hint", "I need help"],
    Intent.SKIP: ["skip", "skip this one", "next question please", "pass", "can we skip that",
        "another question"],
    Intent.BACK: ["go back", "back please", "can you go back a step", "the previous part"],
    Intent.RESTART: ["start over", "from the beginning please", "restart", "can we start again"],
    Intent.DEFINE: ["what is a numerator", "what's photosynthesis", "what does equinox mean",
        "who was van Helmont", "tell me about the roots", "explain the denominator", "um what is the axis",
        "so what are stomata", "what does the word equinox mean", "where do plants get water",
        "definition of orbit"],
    Intent.WHY: ["why", "why are leaves green", "but why is that", "how come it's colder"],
    Intent.HOW: ["how does that work", "how do plants drink", "how many are there"],
    Intent.ASK_IF: ["is it the roots", "are plants alive", "does it need light"],
    Intent.EXAMPLE: ["give me an example", "for example", "can you give an example please", "an example"],
    Intent.QUIZ: ["quiz me", "test me", "ask me a question", "give me another question",
        "can you quiz me please"],
    Intent.SUMMARY: ["sum up", "give me a summary", "what have we learned so far", "can you summarize",
        "recap please"],
    Intent.STOP: ["stop", "I'm tired", "I need a break", "stop it", "please stop", "pause", "enough"],
    Intent.BYE: ["bye", "goodbye", "I have to go", "I have to go now", "see you later",
        "I'm done for today", "bye bye", "let's finish here"],
    Intent.THANKS: ["thanks", "thank you very much", "okay thank you", "that helped"],
    Intent.HELLO: ["hello", "hi there", "good morning", "hey"],
    Intent.HELP: ["what can I say", "what should I do now", "what can you do"],
    Intent.WHO: ["who are you", "are you a robot", "what's your name", "are you a real person"],
    Intent.HOW_ARE_YOU: ["how are you", "how are you doing today"],
    Intent.CAN_HEAR: ["can you hear me", "are you still there", "hello are you there"],
    Intent.TIME: ["how much time is left", "how long does it take", "how many minutes do we have left",
        "are we done"],
    Intent.HARD: ["this is too hard", "it's so difficult", "I'm so stupid", "that's hard"],
    Intent.EASY: ["too easy", "that's easy", "I already know that", "I know this already"],
    Intent.BORED: ["I'm bored", "this is boring"],
    Intent.TEACHER: ["can I talk to a real teacher", "I want a human", "get my teacher please"],
    Intent.CHECK: ["is that right", "was it correct", "did I get it right"],
    Intent.CHATTER: ["my dog is cute", "tell me a joke", "I like pizza", "do you like football",
        "can we talk about dinosaurs"],
    Intent.ANSWER: ["seven", "the denominator", "three quarters", "because the light is spread out",
        "carbon dioxide", "the second one", "um I think it's the roots", "in the leaves",
        "it stays the same", "plants make sugar", "the northern hemisphere", "you add the numerators",
        "the top number tells how many parts", "chlorophyll", "it begins again in spring",
        "the next planet", "the sun goes back and forth"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "intent"), [(said, intent) for intent, group in SAYINGS.items() for said in group]
)
def test_the_intent_is_understood(said: str, intent: Intent) -> None:
    assert understand(said).intent is intent


def test_every_intent_has_examples() -> None:
    assert set(SAYINGS) == set(Intent)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("what is a numerator", "a numerator"),
        ("um what's the axis", "the axis"),
        ("tell me more about the roots", "the roots"),
        ("what does equinox mean", "equinox"),
        ("what is photosynthesis again please", "photosynthesis"),
        ("can you explain the common denominator", "the common denominator"),
        ("what are stomata called again", "stomata"),
        ("what does the word orbit mean", "orbit"),
        ("definition of solstice", "solstice"),
    ],
)
def test_a_question_names_its_topic(said: str, topic: str) -> None:
    assert understand(said).topic == topic


@given(st.text(max_size=400))
def test_any_words_have_an_intent(said: str) -> None:
    assert isinstance(understand(said), Heard)


@given(st.text(alphabet="ab '.", max_size=1000))
def test_long_nonsense_is_understood_quickly(said: str) -> None:
    understand(said * 3)
