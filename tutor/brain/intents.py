"""What does the learner want? From their words, as a recogniser may have heard them. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Intent(StrEnum):
    NOTHING = "nothing"  # only noise, or nothing at all
    ANSWER = "answer"  # none of the below: an answer, or talk
    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"
    TELL_ME = "tell_me"  # the answer, please
    REPEAT = "repeat"
    QUESTION_AGAIN = "question_again"
    SLOWER = "slower"
    FASTER = "faster"
    REPHRASE = "rephrase"
    CONTINUE = "continue"
    WAIT = "wait"
    HINT = "hint"
    SKIP = "skip"
    BACK = "back"
    RESTART = "restart"
    DEFINE = "define"  # what is X, tell me about X
    ASK_IF = "ask_if"  # is it X? are there ...?
    WHY = "why"
    HOW = "how"
    EXAMPLE = "example"
    QUIZ = "quiz"
    SUMMARY = "summary"
    STOP = "stop"
    BYE = "bye"
    THANKS = "thanks"
    HELLO = "hello"
    HELP = "help"  # what can I say?
    WHO = "who"
    HOW_ARE_YOU = "how_are_you"
    CAN_HEAR = "can_hear"
    TIME = "time"
    HARD = "hard"
    EASY = "easy"
    BORED = "bored"
    TEACHER = "teacher"
    CHECK = "check"  # was that right?
    CHATTER = "chatter"


_LEHRER = re.compile(
    r"\b(?:sprechen|sprich|reden|rede|ruf\w*|hol\w*|brauch\w*|frag\w*)\b.{0,30}\b(?:lehrer\w*|lehrkraft)\b"
    r"|\b(?:lehrer\w*|lehrkraft)\b.{0,30}\b(?:sprechen|reden|rufen|holen|fragen)\b",
    re.IGNORECASE,
)
POINTING = frozenset(("", "it", "that", "this", "so", "that so", "this so", "it so", "come"))
"""Topics that name nothing: "why is that?" means what was just said."""
QUESTIONS = frozenset((Intent.DEFINE, Intent.ASK_IF, Intent.WHY, Intent.HOW))


@dataclass(frozen=True, slots=True)
class Heard:
    """`topic` is what a question asks about; `words` what was said, without hesitation."""

    intent: Intent
    words: str
    topic: str = ""


_NOISE = re.compile(r"\b(?:u+[hm]+|e+r+m*|h+m+|a+h+|o+h+|mm+|eh)\b|\[[^\]]*\]|\([^)]*\)")
_LEAD = re.compile(
    r"^(?:(?:so|well|and|but|then|now|please|hey|hi|hello|okay|ok|alright|all right|sorry|excuse me|just"
    r"|actually|listen|wait|like|you know|i mean"
    r"|yeah|yes|no|tutor|teacher|can you|could you|would you|will you|can we|could we|can i|could i|let'?s"
    r"|i want you to"
    r"|i'?d like (?:you )?to|i would like (?:you )?to|i want to|maybe|do you want to)\s+)+"
)
_HEDGE = re.compile(r" (?:or|and) (?:something|anything|stuff|things|whatever|so)(?: like (?:that|this))?$")
_TAIL = re.compile(r"(?:\s+(?:please|thanks|thank you|now|then|for me|to me|again|if you can|tutor))+$")

# Each must fit the whole of what was said, with or without its polite lead and tail.
_WHOLE: tuple[tuple[Intent, str], ...] = (
    (
        Intent.BYE,
        r"(?:good ?)?by+e(?: ?bye)?|see (?:you|ya)(?: later| soon| tomorrow)?|(?:i )?(?:have to|need to"
        r"|gotta|must|got to|should) (?:go|leave)(?: now)?.*|i'?m leaving|that'?s (?:all|it) for today"
        r"|(?:end|finish|close) (?:it|this|the (?:session|lesson|call|conversation))|hang up|i(?:'?m| am)"
        r" done(?: for today)?|that(?:'?s| is) enough(?: for today)?|good night|(?:finish|end|quit) here|i"
        r" want to (?:finish|end|leave)",
    ),
    (
        Intent.STOP,
        r"stop|stop (?:it|here|now|talking|that|the lesson)|quit|be quiet|shut up|enough|pause|(?:take"
        r"|have|need|i need|i want) a break|break|(?:i(?:'?m| am) )?(?:so |really |a bit |getting |too )*"
        r"(?:tired|sleepy|exhausted)(?: now)?",
    ),
    (
        Intent.WAIT,
        r"(?:wait|hold on|hang on|one moment|one second|(?:just )?a (?:moment|second|minute|sec)|(?:give"
        r" me|wait) a (?:moment|second|minute|sec)|let me (?:think|see)(?: about (?:it|that))?|wait (?:a"
        r" )?(?:moment|second|minute)?|i'?m (?:still )?thinking|not yet|one sec|i need (?:a moment|time"
        r"|more time))",
    ),
    (
        Intent.QUESTION_AGAIN,
        r"(?:what (?:was|is|were)|what'?s|repeat|say|ask|tell me) (?:the|your|that|my) (?:question|choices"
        r"|options|answers to choose from)(?: again)?|what (?:are|were) (?:my|the) (?:choices|options)"
        r"|what did you ask(?: me)?|ask (?:me )?(?:that |it )?again|which question|what question",
    ),
    (
        Intent.REPEAT,
        r"(?:re ?peat|(?:say|tell me|read|play) (?=that|it|this|the|what|again|once|one))(?: ?(?:that|it"
        r"|this|the (?:last|part|sentence|bit|thing).*|what you said))?(?: for me)?(?: (?:again|once more"
        r"|one more time))?|again|once (?:more|again)|one more time|come again|pardon(?: me)?|(?:i beg"
        r" your )?pardon|huh|what|sorry|excuse me|say what|come on again|what (?:did|do) you (?:just"
        r" )?(?:say|said|mean by that)|what was that(?: again)?|i (?:didn'?t|did not|couldn'?t|could not"
        r"|can'?t|don'?t) (?:really )?(?:hear|catch|get what you said|hear you)(?: (?:you|that|it|what you"
        r" said|the (?:last|end|question).*))?|repeat(?! .*question).*|say (?:that|it) (?:again|once more"
        r"|one more time).*|(?:hear|have) (?:that|it) again",
    ),
    (
        Intent.SLOWER,
        r"(?:a (?:bit|little) )?(?:slower|more slowly|slow(?:ly)?(?: down)?)(?: (?:a (?:bit|little)))?"
        r"|(?:speak|talk|go|say (?:it|that)|not so|don'?t (?:speak|talk|go) so) (?:a (?:bit|little)"
        r" )?(?:slow|slower|slowly|more slowly|fast|quickly)|slow down.*|(?:that(?:'?s| is| was)"
        r"|you(?:'?re| are)(?: talking| speaking| going)?|it'?s) (?:much |way |a bit |a little )?too"
        r" (?:fast|quick).*|too (?:fast|quick)",
    ),
    (
        Intent.FASTER,
        r"(?:a (?:bit|little) )?faster|speed up|(?:go|speak|talk) (?:a (?:bit|little) )?(?:faster|quicker)"
        r"|hurry(?: up)?|(?:that(?:'?s| is)|you(?:'?re| are)) too slow|too slow",
    ),
    (
        Intent.TELL_ME,
        r"(?:just )?(?:tell|give|say)(?: me)?(?: the)?(?: right| correct)?(?: answer| solution)?"
        r"|what(?:'?s| is| was) (?:the|it)(?: right| correct)? ?(?:answer|solution)?|i give up|give up|i"
        r" surrender|you tell me|(?:reveal|show)(?: me)?(?: the)? (?:answer|solution)|tell me what it is"
        r"|what is it(?: then)?|just say it",
    ),
    (
        Intent.HINT,
        r"(?:a |the |another |one more |next )?(?:hint|clue|tip|hand)|(?:give|get|have|need|want|i need|i"
        r" want|i'?d like)(?: me)? (?:a |an |another |some |the |one more |more )?(?:other )?(?:hints?"
        r"|clues?|tips?|help)|help(?: me)?(?: (?:out|with (?:that|this|it|the question)))?|i need help"
        r"|i'?m stuck|stuck|give me a hand",
    ),
    (
        Intent.DONT_KNOW,
        r"(?:i )?(?:really |honestly )?(?:don'?t|do not|dunno|donno) ?(?:really )?(?:know)?(?: (?:that|it"
        r"|this|the answer|anything|this one|yet|what (?:it|that) is))?|(?:i )?dunno|no (?:idea|clue)|(?:i"
        r" )?(?:have|got|haven'?t)(?: got)? (?:no|any|a) (?:idea|clue)|i'?m not (?:so |really |quite"
        r" )?(?:sure|certain)|not (?:so |really |quite )?sure|(?:i )?(?:can'?t|cannot|don'?t) (?:remember"
        r"|recall|say|think of (?:it|anything))|i forgot(?: it| that)?|i(?:'?ve| have) forgotten(?: it)?"
        r"|how should i know|i don'?t know.{0,40}|i have no idea.{0,30}|no idea.{0,30}|beats me|pass the"
        r" answer",
    ),
    (
        Intent.SKIP,
        r"skip(?: (?:it|this|that|one|the question|this (?:one|question|part)|that (?:one|question)))?"
        r"|(?:an?other|a different|a new) (?:one|question)|pass|later|(?:go to |give me )?(?:the )?next"
        r" question|leave (?:it|that|this)(?: one)?(?: out)?|i don'?t want to answer(?: (?:that|this|it))?"
        r"|(?:do|ask) (?:something|another one) else|something else|no more questions",
    ),
    (
        Intent.RESTART,
        r"(?:start|begin|go) (?:over|again|from the (?:beginning|start|top)|back to the (?:beginning"
        r"|start))|from the (?:beginning|start|top)|restart|start (?:it |the lesson )?(?:over|again)",
    ),
    (
        Intent.BACK,
        r"(?:go )?back(?: (?:a (?:step|bit|little)|one(?: step)?|to (?:that|the (?:last|previous) (?:one"
        r"|part|bit|thing|section))|please))?|(?:the )?(?:previous|last) (?:one|part|bit|section|thing)"
        r"|before that|(?:explain|tell me|repeat) (?:that|the) (?:last |previous )?(?:part|bit|section)(?:"
        r" again)?",
    ),
    (
        Intent.QUIZ,
        r"(?:quiz|test|ask|check|examine)(?: me)?(?: (?:a|an|another|some|more|the|about|on|something"
        r"|questions?|now).*)?|quiz(?:zes)?(?: time)?|(?:a|another|more|some more|give me (?:a|another"
        r"|some|more)|do (?:a|the|another)) (?:quiz|questions?|test)|(?:i )?(?:want|like|need) (?:a"
        r"|another|more|some) (?:quiz|questions?|test)|i'?m ready for (?:a|the) (?:quiz|question|test).*",
    ),
    (
        Intent.SUMMARY,
        r"(?:sum(?: it| that| this)? up|summary|summari[sz]e|recap|(?:give me )?(?:a|the) (?:summary|recap"
        r"|overview)|(?:what (?:have|did) (?:we|i) (?:learn(?:ed|t)?|do|done|talk(?:ed)? about"
        r"|cover(?:ed)?))).*",
    ),
    (
        Intent.HELP,
        r"what (?:can|should|do|shall) i (?:say|do|ask)(?: (?:now|here))?|what (?:are )?(?:the|my)"
        r" commands|how does this work|what can you do|what now|options|how do i use (?:this|you)"
        r"|instructions|menu",
    ),
    (
        Intent.REPHRASE,
        r"(?:i )?(?:don'?t|do not|didn'?t|did not|still don'?t|can'?t|cannot) (?:really |quite"
        r" )?(?:understand|get (?:it|that|this)|follow)(?: .{0,40})?|(?:(?:it|that|this)(?:'?s| is)?"
        r" )?(?:(?:doesn'?t|does not) make (?:any )?|makes? no )sense.*|(?:re ?phrase|explain|say|put)(?:"
        r" (?:that|it|this))?(?: (?:again|differently|in (?:other|different|simple|simpler|easier|your"
        r" own) words|in (?:another|a different|an easier|a simpler) way|more simply|simpler|easier|better"
        r"|another way|once more))?|(?:simpler|easier)|in other words|what do you mean(?: by that)?|how do"
        r" you mean|(?:i(?:'?m| am) )?(?:so |really |a bit |totally )?(?:confused|lost)|what does (?:that"
        r"|it|this) mean|not clear|(?:that(?:'?s| is)|it'?s) (?:not clear|unclear|confusing)|i'?m not"
        r" following|unclear",
    ),
    (
        Intent.EXAMPLE,
        r"(?:(?:for|an?|another|one more|some|give(?: me)?(?: an?| another| one more| some)?|make(?: an?)?"
        r"|do you have(?: an?| any)?|is there(?: an?)?|like what|have you (?:got )?an?)\s*)+(?:other"
        r" )?(?:examples?|instance)(?: (?:for|of) .*)?|examples?|like what|such as",
    ),
    (
        Intent.WHO,
        r"(?:who|what) are you.*|what(?:'?s| is) your name|are you (?:a |an )?(?:robot|human|real|person"
        r"|computer|ai|machine|bot|chat ?gpt|teacher|alive|program|siri|alexa)(?: person| teacher)?.*"
        r"|who(?:'?s| is) (?:this|there|speaking|talking)|how old are you|where are you(?: from)?|who made"
        r" you.*",
    ),
    (
        Intent.HOW_ARE_YOU,
        r"how (?:are|r) you(?: (?:doing|today|feeling))*|how(?:'?s| is) it going|what'?s up|how do you do"
        r"|are you (?:okay|well|fine|good)",
    ),
    (
        Intent.CAN_HEAR,
        r"(?:do|can|could) you (?:still )?hear me.*|(?:are you|is anybody|is anyone|anybody|anyone)"
        r" (?:still )?(?:there|here|listening)|hello+ are you (?:still )?there|hear me|test(?:ing)?(?:"
        r" (?:test|one two(?: three)?))+",
    ),
    (
        Intent.TIME,
        r"(?:how (?:much time|long|many minutes)|what time|when (?:is|does|are|do)|are we).*(?:left"
        r"|remaining|take|last|end|over|done|finish(?:ed)?|is it|have we|do we have|still|nearly there)(?:"
        r" .*)?|how long",
    ),
    (
        Intent.HARD,
        r".{0,30}\b(?:(?:too|so|really|very|quite|pretty) (?:hard|difficult|complicated)|i(?:'?m| am)"
        r" (?:so |too |really |just )?(?:stupid|dumb|bad at (?:this|that|it|maths?|science)|not good at .*"
        r"|no good.*)|i (?:hate|can'?t do) (?:this|it|maths?|that)|(?:this|that|it)(?:'?s| is) (?:hard"
        r"|difficult|complicated|tricky)).{0,20}|hard|difficult",
    ),
    (
        Intent.EASY,
        r"(?:(?:this|that|it)(?:'?s| is| was)? |way |much |that |too |so |really |very |pretty )*easy|i"
        r" (?:already )?know (?:that|this|it|all (?:that|this|of (?:it|that|this)))(?: already| stuff)?"
        r"|(?:that'?s |this is )?(?:boring(?:ly)? )?easy peasy|piece of cake",
    ),
    (
        Intent.BORED,
        r"(?:(?:i(?:'?m| am)|this is|that'?s|it'?s|that is) )?(?:so |really |very |a bit |getting"
        r" )?(?:bored|boring)(?: .{0,20})?",
    ),
    (
        Intent.TEACHER,
        r".{0,30}\b(?:(?:talk|speak) (?:to|with) (?:a|my|the) (?:real )?(?:teacher|human|person|tutor)"
        r"|(?:call|get|want|need) (?:a|my|the) (?:real |human )?(?:teacher|human|person|tutor)).{0,20}"
        r"|(?:a )?(?:real|human) (?:teacher|person|tutor)",
    ),
    (
        Intent.CHECK,
        r"(?:is|was) (?:that|it|this|my answer) (?:right|correct|true|wrong|okay|ok|good|false)|(?:am|was)"
        r" i (?:right|correct|wrong)|did i (?:get|say) (?:that|it) (?:right|correctly)",
    ),
    (
        Intent.THANKS,
        r"(?:okay |ok |great |cool )?(?:thanks?|thank you|thankyou|cheers)(?: (?:a lot|very much|so much"
        r"|you|that (?:helped|helps).*|for .*))*|that (?:helped|helps)(?: a lot)?|much appreciated",
    ),
    (
        Intent.CHATTER,
        r".*\b(?:tell me a (?:joke|story)|sing (?:me )?a song|do you (?:like|love|have|eat|sleep|know any)"
        r"|(?:what|who)(?:'?s| is) your favou?rite|i (?:like|love|hate|saw|watched|played|ate|had|went"
        r"|want(?! to)) (?:my|a|to|the|pizza|it when|playing)|my (?:dog|cat|mom|mum|mother|dad|father|brother"
        r"|sister|friend|grandma|grandpa|teacher|homework|birthday|phone|hamster|favou?rite)|(?:the"
        r" )?weather|i(?:'?m| am) (?:hungry|thirsty|cold|happy|sad|hot|in)|can we talk about|talk about"
        r" something|let'?s talk about|play (?:a game|music)|minecraft|fortnite|football|youtube|will you"
        r" marry|are you (?:single|married|happy|sad|bored|tired))\b.*",
    ),
    (
        Intent.CONTINUE,
        r"(?:continue|carry on|keep (?:going|on)|proceed|next(?: (?:one|part|bit|step|thing|section"
        r"|chapter|please))?|move on|go(?: on| ahead| for it| forward)?|(?:tell|teach)(?: me)? (?:more|the"
        r" next.*|on)|more|start(?: (?:it|the lesson|now|teaching))?|begin|go on.{0,20}|i'?m ready.{0,20}"
        r"|we can (?:go|start|move).*|ready(?: (?:to go|when you are))?|(?:what(?:'?s| is) )?(?:coming"
        r" )?next|and then|what else|let'?s (?:go|start|begin|do (?:it|this)|move on|continue|see)|jump in"
        r"|do it|do this|resume|shoot|fire away|bring it on|what comes next|teach(?: me)?(?: something)?"
        r"|go to the next.*)",
    ),
    (
        Intent.YES,
        r"(?:(?:yes+|yeah+|yep|yup|ya|yah|sure(?: thing)?|ok(?:ay)?|o k|k|alright|all right|of course"
        r"|right|mm+|mhm|mm ?-?hm+|uh ?-?huh|absolutely|definitely|certainly|got (?:it|that)|i (?:got|get)"
        r" (?:it|that)|i see|understood|(?:i )?understand(?: (?:that|it))?|true|correct|good|great|fine"
        r"|cool|nice|perfect|exactly|indeed|i (?:do|am|think so|guess so|guess|believe so|did|can|agree"
        r"|hope so|will|would)|(?:it|that|this)(?: does| is|'?s)? ?(?:makes? sense|help(?:s|ed)?"
        r"|clear(?:er)?|right|true|okay|ok|fine|good|great|better)?|we can|please(?: do)?|so far so good"
        r"|makes sense|much better|better|why not|you can|by all means|yes please|interesting|wow|aha|ah"
        r"|oh|very|a lot|ja|si|oui|much|clear|clearer)\s*)+",
    ),
    (
        Intent.NO,
        r"(?:(?:no+|nope|nah|not (?:really|yet|now|at all|quite|so much|today|me)|never|no (?:thanks|thank"
        r" you|way)|false|wrong|i (?:don'?t|do not|didn'?t|can'?t|don'?t want to|don'?t think so|would"
        r" rather not)|it (?:doesn'?t|isn'?t|does not)|(?:it|that)(?:'?s| is) not(?: clear| right)?"
        r"|nothing(?: else)?|that(?:'?s| is) (?:all|it|everything)|i'?m (?:good|fine)|none|nein|not clear"
        r"|no more)\s*)+",
    ),
    (
        Intent.HELLO,
        r"(?:hello+|hi+|hey+|good (?:morning|afternoon|evening|day)|hiya|howdy|greetings|nice to meet you"
        r"|what'?s up|yo)(?: (?:there|everybody|everyone|you|\w+))?",
    ),
)
_PATTERNS = tuple((intent, re.compile(pattern)) for intent, pattern in _WHOLE)

_ASKED: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    (
        Intent.WHY,
        re.compile(
            r"^(?:tell me |explain (?:to )?me |explain |i wonder |do you know )?(?:but )?(?:why|how come"
            r"|for what reason|what is the reason)\b(?P<topic>.*)$"
        ),
    ),
    (
        Intent.HOW,
        re.compile(r"^(?:tell me |explain |show me |do you know |i wonder )?how\b(?P<topic>.*)$"),
    ),
    (
        Intent.DEFINE,
        re.compile(
            r"^(?:tell me |explain |do you know |i (?:don'?t|do not) (?:know|understand) |i wonder |i'?m"
            r" wondering )?(?:what|who|where|when|which)(?:'?s|'?re| is| are| was| were| does| do| did|"
            r" has| have| would| will| can)?\b(?P<topic>.+)$"
        ),
    ),
    (
        Intent.DEFINE,
        re.compile(
            r"^(?:tell me|talk|explain|describe|define|say something|teach me|i want to know|i have a"
            r" question|what do you know|i'?d like to know|give me the (?:meaning|definition))(?: (?:more"
            r"|something|again))?(?: (?:about|on|of|what))?\b(?P<topic>.+)$"
        ),
    ),
    (
        Intent.DEFINE,
        re.compile(r"^(?:the )?(?:meaning|definition) of (?P<topic>.+)$"),
    ),
    (
        Intent.ASK_IF,
        re.compile(r"^(?:is|are|does|do|can|could|did|was|were|has|have|would|will) (?P<topic>.{2,})$"),
    ),
)
_TOPIC_EDGES = re.compile(
    r"^(?:\s*\b(?:is|are|was|were|does|do|did|exactly|about|(?:an?|the) (?=word|term|meaning)|it called|word|term|meaning of|meant by"
    r"|mean by|you mean by|again)\b)+"
    r"|(?:\b(?:mean|means|again|please|exactly|is|are|work|works|about|called|then|all about)\b\s*)+$"
)


def understand(text: str) -> Heard:
    """The first intent that fits; questions come after commands, and what is left is an answer or talk."""
    said = _clean(text)
    if not said:
        return Heard(Intent.NOTHING, "")
    bare = _TAIL.sub("", _LEAD.sub("", said + " ").strip()).strip()
    for form in dict.fromkeys((said, _TAIL.sub("", said), _LEAD.sub("", said + " ").strip(), bare)):
        intent = _whole(form)
        if intent is not None:
            return Heard(intent, said)
    for intent, pattern in _ASKED:
        match = pattern.match(bare) or pattern.match(said)
        if match:
            topic = _TOPIC_EDGES.sub("", match["topic"].strip()).strip()
            return Heard(intent, said, topic or match["topic"].strip())
    return Heard(Intent.ANSWER, said)


def asks_for_teacher(text: str) -> bool:
    """Whether the learner wants to speak to a person, in English or German."""
    return understand(text).intent is Intent.TEACHER or _LEHRER.search(text) is not None


def _whole(said: str) -> Intent | None:
    return next((intent for intent, pattern in _PATTERNS if said and pattern.fullmatch(said)), None)


def _clean(text: str) -> str:
    """Lower case, no punctuation but apostrophes, no hesitation."""
    said = text[:1000].lower().replace("’", "'").replace("-", " ")
    said = re.sub(r"\blet us\b", "let's", said)
    kept = "mm hm" if re.fullmatch(r"\W*(?:mm+\W*h+m+|m+h+m+|uh\W*huh)\W*", said) else ""
    said = _NOISE.sub(" ", said)
    said = re.sub(r"[^\w\s'/.%+*=]|(?<!\d)[./]|[./](?!\d)", " ", said)
    return kept or _HEDGE.sub("", " ".join(said.split()))
