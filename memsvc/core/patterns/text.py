"""The clauses of a chat message in which its author speaks of what is so.

Left out are code, quotations, transcripts, questions, conditions, what others say, fiction, and text
that is there to be worked on ("Translate: I live in Berlin"). All of it takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from memsvc.core.patterns.words import any_of, set_of

#: A longer clause is no plain statement, and is not looked at. In characters.
CLAUSE_LENGTH_MAX: Final = 400
#: A longer sentence is no chat, and is not looked at. In characters.
SENTENCE_LENGTH_MAX: Final = 2000
#: So many sentences, and clauses, of a message are looked at: the first ones.
SENTENCES_MAX: Final = 2000
CLAUSES_MAX: Final = 1000
#: A quotation of at most so many words may be a name or a title, and is kept.
TITLE_WORDS_MAX: Final = 4

#: What stands for words that were taken out: no pattern matches it.
_GAP = "\ufffc"
_PLAIN: Final = str.maketrans({
    "\u2018": "'",
    "\u2019": "'",
    "\u02bc": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "\u00a0": " ",
    "\u202f": " ",
    "\t": "    ",
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "\u200b": None,
    "\ufeff": None,
    "*": None,
    "\0": None,
})
_EMOTICON = re.compile(
    r"(?:[\u2190-\u2bff\ufe0f\u200d\u20e3\U0001f000-\U0001faff]+|(?<!\S)(?:[:;]-?[()DPp/]|<3|xD|\^\^)(?!\S))"
    r"(?P<mark>[ ]?[?.!,])?"
)
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_FENCE = re.compile(r"```|~~~")
_BULLET = re.compile(r"\s{0,8}(?:[-+\u2022\u2013\u2014]|\d{1,3}[.)]|#{1,6}|\[[ x]\])\s+")
_CODE_INDENT = re.compile(r" {4} *(?![-+\u2022\d ])")
_CODE_MARK = re.compile(r"[{}]|=>|</|\w\(['\"]")
_LABEL = re.compile(r"(?P<label>[A-Za-z][\w']{0,19}(?: [A-Za-z][\w']{0,19}){0,2}) ?:(?:\s+|$)")
_HEADER = re.compile(r"(?:from|to|subject|sent|cc|user|assistant|system|human):\s", re.IGNORECASE)
_PLAIN_LABELS: Final = set_of("""
    note | ps | p.s | fyi | update | reminder | about me | fact | fun fact | context | background
    edit | important | also | btw | by the way | so | allergies | quick note | small update | news | good news
""")
_QUOTE_MARK = re.compile(r"(?<!\w)'(?=\w)|(?<=[\w.,!?])'(?!\w)")
_SENTENCE_END = re.compile(r"(?<![.!?\u2026])(?P<mark>[.!?\u2026]++)[\"')]*+(?=\s|$)|;(?=\s|$)")
_SHORT_FORM = re.compile(
    r"(?:\b(?:st|mt|ft|dr|mrs?|ms|inc|ltd|corp|vs|approx|jr|sr|prof|dept|e\.g|i\.e|[a-z]))\.$",
    re.IGNORECASE,
)
_OPEN_END = re.compile(r"(?:\b(?:in|at|for|the|an?|of|to|from|as|my|and|with)|,)$", re.IGNORECASE)

_SPEAKS = re.compile(
    r"\b(?:i|i'm|im|i've|ive|my|me|we|we're|we've|our|your|the name)\b", re.IGNORECASE
)
_SPEAKER = r"(?:i|i'm|im|i've|ive|my|we|we're|we've|our)\b"
_OTHERS = (
    r"(?:he|she|they|you|it|this|that|that's|it's|he's|she's|there|who|which|where|what|how|why|when"
    r"|do|does|did|can|could|would|should|is|are|am|was|will|shall|may|have|has|any|if|unless|please"
    r"|right|isn't|aren't|don't|doesn't|thanks|let|not|then|correct|or|no|lol)\b"
)
#: Where one clause ends and another begins.
_CLAUSE_END = re.compile(
    rf"\s*,\s*(?:and|but|so|because|cause|while|although|though|plus|since|as|yet)\s+(?={_SPEAKER})"
    r"|\s+(?:and|but|so|because(?! i'?m allergic)|cause|while|although|though|plus|since)\s+"
    rf"(?=(?:(?:now|then|also|currently|recently|still)\s+)?{_SPEAKER})"
    rf"|\s*,\s*(?=(?:(?:and|but|so|because|though|although|then)\s+)?(?:then\s+)?(?:{_OTHERS}|{_SPEAKER}))"
    r"|\s+(?:but|so|though|although|and then)\s+(?=\w)|\s+[-\u2013\u2014]+\s+|\s*\u2014\s*|\s*[()]\s*",
    re.IGNORECASE,
)
_SHARED_VERB = re.compile(
    r"(?:,?\s+and|,)\s+(?:(?:now|also|currently|recently|then|just)\s+)?(?=(?:(?P<doing>living|working|studying|based)"
    r"|live|work|love|hate|enjoy|play|speak|study|drive|own|have|moved|joined|started|quit|left|got|went"
    r"|visited|ran|bought|adopted|grew|know|prefer|take|can't|don't)\s)",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:want|plan|planning|going|gonna|will|used|trying|try|need|had to|have to|decided|able"
    r"|(?:like|love|hope|about|how|learning) to|never|not|can't|stopped)\b|n't\b|'ll\b",
    re.IGNORECASE,
)
_OWN = re.compile(rf"(?:and |but |so |also |now |currently )*{_SPEAKER}", re.IGNORECASE)
_WHEN_FIRST = re.compile(
    r"(?:(?:back )?(?:in|on|since|at)|last|yesterday|today|every|each|\w+ \w+ ago)\b", re.IGNORECASE
)

#: From here on all is made up, or text to be worked on.
_MADE_UP = re.compile(
    r"\b(?:pretend(?:ing)?|role-?play\w*|imagine|hypothetically|act (?:as|like)|acting as|"
    r"(?:let's|let us|lets) (?:say|suppose|assume|pretend|imagine)|for the sake of argument)\b"
    r"|^(?:please |now |ok(?:ay)?,? |so |just )*(?:suppos(?:e|ing)|assume|assuming|say that|"
    r"you(?:'re| are) (?:an?|the|now|my)\b|from now on you)"
    r"|(?:^|\b(?:please|you|me|let's|help|then|now|and) )(?:write|tell|compose|draft|generate|create|continue"
    r"|invent|make up)\b[^.!?]{0,40}"
    r"\b(?:story|stories|poem|song|dialogue|scene|script|novel|fiction|tale|lyrics|monologue|joke|haiku"
    r"|limerick|rap|play|persona|character|sentences?)\b"
    r"|^(?:please |can you |could you |help me |now |ok(?:ay)?,? )*(?:translate|proofread|rewrite|rephrase|"
    r"paraphrase|correct|fix|summari[sz]e|edit|polish|classify|parse|analy[sz]e|shorten|spell-?check|check)\b"
    r"[^.!?]{0,30}\b(?:this|that|following|these|grammar|sentence|text|email|essay|letter|paragraph|bio"
    r"|below|spelling)\b"
    r"|^dear (?!diary\b)\w+|^translate\b|\btranslate:"
    r"|\b(?:examples?|sentences?|phrases?|following|texts?|prompts?|quotes?|lyrics|dialogue|transcript|"
    r"template|conversation|message|bio|profile|letter|draft|essay|paragraph|intro|speech|statement|caption|"
    r"tweet|post|résumé|resume|cv)\b[^.!?:]{0,30}:\s*(?:$|\S)",
    re.IGNORECASE,
)
_UNMEANT = re.compile(
    r"\b(?:just kidding|only kidding|i'?m kidding|i am kidding|just joking|i'?m joking|jk|i lied|that'?s a lie"
    r"|not really true|none of (?:that|this) is true)\b|(?<!\S)/s(?!\S)",
    re.IGNORECASE,
)
#: The whole sentence is no statement about its author's life.
_ELSEWHERE = re.compile(
    r"^(?:please )?(?:say|repeat|type|write|print|output|respond with|reply with|answer with|echo)\b"
    r"|^(?:for )?example\b|\bin (?:the|this|that|my|a|our|another) (?:\w+ )?(?:book|novel|film|movie|game|story|"
    r"dreams?|nightmare|show|series|episode|song|play|campaign|video|timeline|life|role|simulation|scenario)\b"
    r"|\bas if\b|\bas though\b|\bwhat if\b|^not that\b|^remember when\b|^(?:how|what|where|who|why)\b"
    r"|^(?:once|until|when|whenever|by the time|in case)\s+i\b",
    re.IGNORECASE,
)
#: What follows may be another's words, or a condition's.
_BLOCKS = re.compile(
    r"\b(?:said|says|saying|told|tells|claims?|claimed|thinks?|thought|believes?|believed|asked|asks|wrote"
    r"|heard|dream(?:s|t|ed)|i dream|wish\w*|lied|lying|if|unless|whether|provided|supposed|would|insists?"
    r"|swears|reckons?|jokes?|joked|texted|according)\b|\bi(?:'d|'d've)\b|\bwe'd\b",
    re.IGNORECASE,
)
#: This clause is not sure, and says nothing about the next.
_UNSURE = re.compile(
    r"\b(?:could|couldn't|might|maybe|perhaps|probably|possibly|supposedly|should|shouldn't|ought|"
    r"almost|nearly|allegedly|seems?|hopefully|thinking (?:of|about)|considering|not sure|or not|"
    r"guess|sort of|kind of|kinda|technically|basically|metaphorically|figuratively|feels? like"
    r"|pretending|may (?:be|have|not|move|live|also|or|well|soon|need)|apparently|or something)\b|"
    + _GAP,
    re.IGNORECASE,
)
_DOUBT_AFTER = re.compile(
    r"(?:i (?:think|guess|believe|suppose|assume|hope)|maybe|probably|perhaps|or (?:so|something|maybe)"
    r"|if(?! you(?:'re| are)? (?:must|wonder|wondering|want to know|didn't know)| that (?:helps|matters)"
    r"| it (?:helps|matters))|unless|(?:he|she|they) (?:said|says|told|tells|claims?|claimed|thinks?|wrote"
    r"|keeps? saying)|right|correct|not$|said )\b",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\b(?:as i (?:said|told you|mentioned)(?: before| earlier)?,?|(?:in case|if) you(?:'re| are)?"
    r" (?:must know|wondering|wonder|were wondering|want to know|didn't know)|if (?:that|it)"
    r" (?:helps|matters)|(?:let me know|tell me|see|check|wondering|wonder|ask|know) (?:if|whether)"
    r"|like i said,?)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:and |so |but |then )*(?:what|where|how|do|does|did|can|could|is there|are there|is it|is this|"
    r"are these|should|any|anything|which|who|when|why|would|will|have you|has|are you|got any|may)\b",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"(?:right|correct|is(?:n't)? (?:it|that)(?: (?:right|correct|true))?|(?:do|don't|am|did|didn't|have|"
    r"haven't) (?:i|we)(?: not)?|aren't (?:i|we)|no|huh|ok(?:ay)?|yeah|yes|you know)$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    "(?:"
    + any_of(
        set_of("""
        well | so | and | but | also | oh | hi | hey | hello | ok | okay | yes | yeah | yep | yup | no | nope
        actually | honestly | btw | by the way | fyi | anyway | thanks | thank you | sure | cool | great | nice
        right | currently | now | these days | nowadays | today | personally | fun fact | note | ps | update
        just so you know | for the record | as you know | in fact | a bit of background | some background | some context | quick intro | you know | you should know | note that
        please note | please note that | remember that | please remember that | please remember | remember
        keep in mind that | keep in mind | don't forget that | don't forget | i mean | besides | plus | since
        because | cause | as | while | although | though | then | sorry | luckily | sadly | unfortunately
        good news | big news | guess what | first | second | third | finally | for context | to be honest | tbh
        hi there | hey there | hello there | good morning | good evening | hi all | hi everyone | hello everyone
        of course | look | listen | see | ah | um | uh | hmm | for starters | a bit about me | about me
        the thing is | thing is | the truth is | you see | so yeah | hi again | great question | haha | wow
        it turns out | yes please | no thanks | sounds good | good to know | guys | folks | tbf | perfect
        """)
    )
    + r"(?![\w'-])[,:!.]*\s+|after (?:the|my|our) \w+,? (?=i\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, and whether a question mark ends it."""

    text: str
    asks: bool


def clauses(text: str) -> Iterator[str]:
    """Yield the clauses of *text* in which its author states something about themselves, in order.

    Each is free of what introduces it ("By the way,"), without line breaks, and at most
    CLAUSE_LENGTH_MAX characters long; at most about CLAUSES_MAX are yielded.
    """
    if _UNMEANT.search(text):
        return
    seen: set[str] = set()
    for sentence in _sentences(_without_quotations(_readable(text))):
        if _MADE_UP.search(sentence.text):
            return
        if not _SPEAKS.search(sentence.text):
            continue
        for clause in _stated(sentence):
            if clause not in seen and _SPEAKS.search(clause):
                seen.add(clause)
                yield clause
        if len(seen) >= CLAUSES_MAX:
            return


def _readable(text: str) -> str:
    """Return *text* without code, and with plain quotation marks and blanks."""
    outside = _FENCE.split(text.translate(_PLAIN))[::2]
    plain = _INLINE_CODE.sub(_GAP, "\n".join(outside))
    return _EMOTICON.sub(lambda match: match["mark"] or "; ", plain)


def _without_quotations(text: str) -> str:
    """Return *text* with a gap for each quotation that is no mere name or title."""
    parts = text.split('"')
    if len(parts) % 2:
        text = "".join(_title(part) if i % 2 else part for i, part in enumerate(parts))
    else:
        # One mark has no other: what stands in quotations is not known, so the rest of a line goes.
        lines = (line.split('"', 1) for line in text.split("\n"))
        text = "\n".join(line[0] + (_GAP if len(line) > 1 else "") for line in lines)
    kept: list[str] = []
    start = 0
    opened = -1
    for mark in _QUOTE_MARK.finditer(text):
        opens = mark.end() < len(text) and (text[mark.end()].isalnum() or text[mark.end()] == "_")
        if opens and opened < 0:
            opened = mark.start()
        elif not opens and opened >= 0:
            kept += [text[start:opened], _title(text[opened + 1 : mark.start()])]
            start = mark.end()
            opened = -1
    return "".join([*kept, text[start:]])


def _title(quotation: str) -> str:
    """Return *quotation* if it may be a name or a title, else a gap."""
    words = quotation.split()
    own = any(word.lower() in {"i", "i'm", "my", "we", "im"} for word in words)
    return quotation if 0 < len(words) <= TITLE_WORDS_MAX and not own else _GAP


def _is_code(line: str) -> bool:
    """Return whether *line* looks like one of a program."""
    if _CODE_INDENT.match(line) or _CODE_MARK.search(line):
        return True
    return line.rstrip().endswith(";") and ("=" in line or "(" in line)


def _without_label(line: str) -> str:
    """Return *line* without "Note:"; "" for a line of a transcript, or a heading with its text."""
    label = _LABEL.match(line)
    if label is None or _OWN.match(line):
        return line
    if label["label"].lower() in _PLAIN_LABELS:
        return line[label.end() :]
    return "" if line[label.end() :] and not _MADE_UP.search(line[:CLAUSE_LENGTH_MAX]) else line


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that are prose, without bullets; one that cannot end yet takes the next one."""
    held = ""
    for raw in text.split("\n"):
        if _HEADER.match(raw):
            # What follows is a letter, whoever wrote it.
            break
        if raw.lstrip().startswith(">") or _is_code(raw):
            continue
        bullet = _BULLET.match(raw)
        line = _without_label(" ".join(raw[bullet.end() if bullet else 0 :].split()))
        held = f"{held} {line}".strip() if held else line
        if line and len(held) <= CLAUSE_LENGTH_MAX and _OPEN_END.search(held[-12:]):
            continue
        yield held
        held = ""
    yield held


def _sentences(text: str) -> Iterator[_Sentence]:
    """Yield the sentences of *text*, each different one once, SENTENCES_MAX at most."""
    seen: set[str] = set()
    for line in _lines(text):
        start = 0
        for end in [*_SENTENCE_END.finditer(line), None]:
            if end and end["mark"] == "." and _is_short_form(line, end):
                continue
            sentence = line[start : end.start() if end else len(line)].strip()
            if sentence and sentence not in seen and len(sentence) <= SENTENCE_LENGTH_MAX:
                seen.add(sentence)
                yield _Sentence(sentence, bool(end and "?" in (end["mark"] or "")))
            start = end.end() if end else start
            if len(seen) >= SENTENCES_MAX:
                return


def _is_short_form(line: str, end: re.Match[str]) -> bool:
    """Return whether the full stop at *end* belongs to "St." or "D.C.", and the sentence goes on."""
    if not _SHORT_FORM.search(line[max(0, end.start() - 8) : end.end()]):
        return False
    following = line[end.end() : end.end() + 3].lstrip()
    return bool(following) and not following.startswith(("I ", "I'"))


def _stated(sentence: _Sentence) -> Iterator[str]:
    """Yield the clauses of *sentence* that state something."""
    text = _HARMLESS.sub("", sentence.text)
    if not text or _ELSEWHERE.search(text):
        return
    pieces = list(_pieces(text))
    if sentence.asks:
        if len(pieces) <= 1 or _TAG.match(pieces[-1]) or not _ASKS.match(pieces[-1]):
            return
        pieces.pop()
    blocked = False
    for index, piece in enumerate(pieces):
        # "He said so, but I live here."
        blocked = blocked and not piece.startswith("but ")
        clause = _without_lead(piece)
        blocked = blocked or _BLOCKS.search(clause) is not None
        after = pieces[index + 1] if index + 1 < len(pieces) else ""
        if blocked or len(clause) > CLAUSE_LENGTH_MAX or _UNSURE.search(clause):
            continue
        if not _DOUBT_AFTER.match(after):
            yield from _by_verb(clause)


def _pieces(text: str) -> Iterator[str]:
    """Yield the clauses of a sentence; "but" stays with what it begins, and a time with what it dates."""
    start = 0
    conjunction = ""
    held = ""
    for end in [*_CLAUSE_END.finditer(text), None]:
        piece = text[start : end.start() if end else len(text)].strip()
        if piece and _WHEN_FIRST.match(piece) and len(piece.split()) <= TITLE_WORDS_MAX:
            held = f"{held} {piece}"
        elif piece:
            yield f"{conjunction}{held} {piece}".strip() if held else conjunction + piece
            held = ""
        if end:
            start = end.end()
            conjunction = "but " if "but" in end.group().lower() else ""
    if held:
        yield held.strip()


def _without_lead(clause: str) -> str:
    """Return *clause* without the words that lead up to what it says."""
    start = 0
    while (lead := _LEAD.match(clause, start)) is not None:
        start = lead.end()
    return clause[start:].strip()


def _by_verb(clause: str) -> Iterator[str]:
    """Yield *clause* in parts if verbs share its subject: "I'm 30, live in Rome and love art"."""
    start = 0
    subject = ""
    own = _OWN.match(clause) is not None and not clause.lower().startswith(("my ", "our "))
    for shared in _SHARED_VERB.finditer(clause) if own else ():
        first = clause[start : shared.start()]
        yield subject + first
        if _AHEAD.search(first):
            return
        start = shared.end()
        subject = "I'm " if shared["doing"] else "I "
    yield subject + clause[start:]
