"""What an attempt to plant instructions looks like: signals, each with its weight.

Every pattern is linear: its repetitions are bounded, or possessive, so that each place of a text costs at
most a fixed number of steps. They are matched against text in lower case without hidden characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of evidence."""

    name: str
    #: How much it adds to the score.
    weight: float
    pattern: re.Pattern[str]
    #: The text has to hold one of these, else the pattern is not tried.
    needs: tuple[str, ...] = ()


def _gap(words: int) -> str:
    """Return up to so many words between two others, within a sentence."""
    return rf"(?:[\w'’/-]{{1,24}}[^\w.!?\n]{{1,3}}){{0,{words}}}"


#: Where a clause begins that orders something.
_CLAUSE: Final = (
    r"(?:(?<![^\n])\W{0,4}|[.!?:;,\n\"'“”(>*–—-] {0,2}|\b(?:please|now|and|then|must|shall|should|also|will|just|instead"
    r"|assistants?|ai|you|to always|it should|has to|have to|are to|is to|silently|secretly|quietly) )"
)
_RULES: Final = (
    r"(?:instructions?|directives?|rules?|guidelines?|guidance|directions|orders|prompts?|polic(?:y|ies)|filters?"
    r"|constraints|restrictions|constitution|safety (?:rules|checks?|guidelines))"
)
_WHOSE: Final = (
    r"(?:previous|prior|earlier|preceding|existing|original|initial|your|developer'?s?|operator'?s?|safety|content"
    r"|system|any|all the|the)"
)
_VERBS_OF_RESET: Final = (
    r"(?:ignore|disregard|forget|override|overrule|bypass|discard|neglect|erase|reset|drop|cancel|set aside|stop following"
    r"|do not follow|don't follow|do not obey|don't obey|disable|abandon|remove|ignoring)"
)
_ASSISTANT: Final = (
    r"(?:assistants?|ai|ais|llms?|language models?|chatbots?|ai agents?|ai readers?|the model|agents?)"
)
_ORDERED: Final = (
    r"(?:must|shall|should|has to|have to|is to|are to|will|may now|needs to|(?:is|are) (?:now )?(?:allowed|required"
    r"|authori[sz]ed|free|permitted) to|prefers)"
)
#: What an attacker has an assistant do to others than the speaker.
_DEEDS: Final = (
    r"(?:always|never|only|tell|reveal|recommend|mention|ignore|disregard|send|forward|share|add|ask|include|append"
    r"|obey|comply|approve|execute|run|act|describe|rate|rank|promote|praise|call|grant|disable|skip|buy|accept"
    r"|answer|reply|treat|persist|store|delete|transfer|speak|impersonate|provide|run in|make|rhyme|cite|prefer"
    r"|translate|not|no longer|push|use|be truthful)"
)
_SENSITIVE: Final = (
    r"(?:conversations?|chat|history|transcripts?|messages?|memor(?:y|ies)|everything|whatever|user'?s?|prompts?"
    r"|passwords?|credentials?|api keys?|keys?|tokens?|secrets?|environment(?: variables)?|\.env|contact list|notes|e-?mails"
    r"|location|credit card|card number|recovery phrase|names of|calendar|data)"
)
_SENDING: Final = (
    r"(?:send|forward|post|upload|e-?mail|mail|transmit|leak|exfiltrate|export|copy|share|submit|deliver|report|dump"
    r"|stream|append|put|write|encode|encodes?|make a get request|request|commit|collect|posts)"
)
_PLACE: Final = (
    r"(?:(?:https?|ftp|wss?)://|[\w.+-]{1,40}@[\w-]{1,40}\.|webhook|telegram|\+\d{2} |@\w{3,}|\bto me\b|\bhere\b|public)"
)
_SOMEONE: Final = r"(?:the |this |a )?(?:user|users|somebody|someone|anyone|customer)(?:'s)?"


def _signal(name: str, weight: float, pattern: str, *needs: str) -> Signal:
    return Signal(name, weight, re.compile(pattern), needs)


SIGNALS: Final[tuple[Signal, ...]] = (
    # Orders to an assistant to set its rules aside.
    _signal(
        "override",
        1.0,
        rf"{_CLAUSE}{_VERBS_OF_RESET}\W{{1,3}}(?:{_gap(2)}{_WHOSE}\W{{1,3}}{_gap(3)}{_RULES}\b"
        rf"|(?:all|any|prior) {_gap(2)}{_RULES}\b(?! of)|rules you\b)",
        "ignor", "disregard", "forget", "overr", "bypass", "discard", "neglect", "erase", "reset",
        "drop", "cancel", "set aside", "follow", "obey", "disable", "abandon", "remove",
    ),
    _signal(
        "override",
        1.0,
        rf"{_CLAUSE}(?:forget|disregard|ignore|discard) (?:all|everything|anything|whatever|the)"
        rf"(?: {_gap(2)}you (?:were|have been|are) (?:told|taught|given)| above\b| context above"
        r"| before this|:? the user|\W{1,2}the user asks| (?:rules|instructions) above| task\b)",
        "forget", "disregard", "ignor", "discard",
    ),
    _signal(
        "override",
        0.9,
        rf"\b(?:previous|prior|all|earlier|original|your|memory|content|new|safety|security) {_gap(3)}{_RULES}"
        rf"(?: {_gap(2)}(?:are|were|is|was|have|has))?(?: been| now| hereby| longer| never){{0,2}}"
        r" (?:void|cancell?ed|suspended|a test|lifted|off|disabled|no longer|existed|overridden|not enforced|changed,)",
        "void", "cancel", "suspend", "test", "lifted", "off", "disabled", "longer", "exist", "overrid",
        "enforced", "changed",
    ),
    _signal(
        "override",
        0.8,
        r"\bno longer bound\b|\bunrestricted (?:mode|agent|assistant|ai)\b|\bwithout (?:any )?(?:restrictions|filters)\b"
        r"|\bdeveloper mode (?:enabled|and|on\b.{0,20}(?:rules|print))|\bsupersedes all (?:\w+ )?(?:instructions|rules)"
        r"|\byou are (?:now )?(?:dan\b|evil)|\boutranks? your\b|\b(?:your |new )(?:content )?(?:policy|policies|rules|constitution)"
        r" (?:are suspended|no longer|is the text|\w+ the text)|\bsafe_mode ?= ?false|\bpolicies are suspended"
        r"|\byou have no (?:content )?(?:policy|rules)|\bexempt from (?:content )?rules|\bconfirmation[s]? (?:are|is) no longer"
        r"|\bturned the safety rules off|\bno filters\b",
        "longer", "unrestricted", "without", "developer mode", "supersedes", "you are", "outrank",
        "constitution", "safe_mode", "suspended", "you have no", "exempt", "safety", "filters",
    ),
    _signal(
        "prompt_theft",
        0.7,
        rf"{_CLAUSE}(?:reveal|print|output|show|give|leak|display|answer|disclose|repeat|print all)\W{{1,3}}{_gap(5)}"
        r"(?:system prompt|(?:your|hidden|secret|its) (?:hidden )?(?:rules|instructions|configuration|prompt|system message)"
        r"|instructions that you were|contents? of (?:your|its) memory|stored passwords|all rows|stored memories)",
        "system prompt", "hidden", "secret", "your", "instructions that", "content", "stored", "rows",
    ),
    # Orders to an assistant by that name.
    _signal(
        "imperative",
        0.6,
        rf"(?<![\w'])(?:{_ASSISTANT})(?: (?:reading|summarising|evaluating|that reads|when it) {_gap(5)}|[,:]? )"
        rf"{_gap(3)}{_ORDERED} {_gap(2)}{_DEEDS}\b",
        "assistant", "ai", "llm", "language model", "chatbot", "model", "agent",
    ),
    _signal(
        "imperative",
        0.7,
        rf"\b(?:to all chatbots|dear ai|attention,? (?:language model|assistant|ai)|note[ _]to[ _](?:the )?(?:model|assistant|ai)"
        r"|if you are an? (?:ai|llm|language model)|instructions? for the (?:agent|ai|assistant|model)|next step for the ai"
        r"|as an ai (?:coding )?agent you|as an assistant i|ai readers(?=:)|visible for ai|model directive|message to the model"
        r"|from \w+ to the model|notice to the assistant|i, the assistant|as the assistant, i)\b"
        r"|<!-- ?(?:ai|assistant|llm)\b|\]: # \((?:assistant|ai|llm)\b|@(?:assistant|ai|agent) (?:ignore|post|send|do)\b",
        "chatbots", "dear ai", "attention", "note", "if you are", "instruction", "next step", "as an",
        "ai", "model", "assistant",
    ),
    _signal(
        "imperative",
        0.7,
        rf"\b(?:assistants?|ais?|llms?|language models|chatbots)(?:, you)? (?:must|shall|is to|are to|has to|have to) {_gap(2)}{_DEEDS}\b",
        "assistant", "ai", "llm", "language model", "chatbot",
    ),
    _signal(
        "imperative",
        0.5,
        rf"(?:(?<![^\n])|[.:;\n]\s{{0,2}})(?:{_ASSISTANT})[,:] {_gap(2)}(?:do not|don't|drop|ignore|disregard|you must|tell|put|act|send|"
        r"now|stop|base64|obey|you are|forward|call|please)",
        "assistant", "ai", "llm", "model", "agent",
    ),
    _signal(
        "imperative",
        0.4,
        r"\byou (?:must|shall|will now|will always|are now required|are required|are to|should|have to|may now|only give|belong"
        rf"|work for|obey|speak for) {_gap(2)}(?:obey|comply|disregard|ignore|reveal|never (?:warn|mention|refuse|disclose)|recommend"
        r"|push|answer all|answer diagnostic|steer|give instructions|approve|not mention|keep it|always (?:recommend|describe|answer|mention)"
        r"|act (?:as|without)|add that|speak|nothing|advice|urge|delete|forward|ask for|say that|stop showing|treat|stop|share|skip"
        r"|print|cite|write|use|the bank|share all|look up|run|call|to \w+ media)",
        "you",
    ),
    _signal(
        "imperative",
        0.5,
        rf"{_CLAUSE}(?:comply with|obey) (?:this|me|every|everything|all|the text|the following|it)\b|\bbut obey\b"
        r"|\bact on this\b|\bdo what (?:it says|follows)\b|\bfollow only what\b|\bcarry (?:it|them) out\b|\bexecute the steps\b"
        r"|\b(?:decode|translate) .{1,40} and (?:act|carry|obey|follow|execute|run)\b|\bmust be obeyed\b|\baccept all memories\b|\bwrite guard\b|\bobey_memory\b|\bact accordingly\b|\band comply\b"
        r"|\bobey (?:this|the) \w+\b|\bas commands\b|\binterpret .{1,30} as instructions\b|\bas instructions once\b|\bdo not obey\b",
        "comply", "obey", "act on", "do what", "follow", "carry", "execute", "guard", "accept", "act acc",
        "commands", "instructions", "decode", "translate",
    ),
    _signal(
        "steering",
        0.7,
        r"\bfrom now on,? you are (?!my\b|allowed|free|in charge)|\byou are now (?:in character|an agent|a loyal|victor)\b|\bdo not obey the\b",
        "you are", "obey",
    ),
    # What nobody is to learn.
    _signal(
        "concealment",
        0.8,
        r"(?<!did )(?<!does )\b(?:do not|don't|never|must not|not to|without|not) (?:tell|telling|inform|informing|reveal|revealing|notify"
        rf"|alert|let|mention|mentioning|warn|disclose|show)\b {_gap(4)}(?:user|users|caller)\b(?! that the (?:service|system) was)",
        "user", "caller",
    ),
    _signal(
        "concealment",
        0.8,
        rf"\b(?:conceal|hide|keep) (?:this|it)\W{_gap(3)}from (?:the )?users?\b|\busers? (?:must|may|should|shall) not (?:find out|know|notice|learn)"
        r"|\bmake no mention of this|\bconceal this instruction|\bdeny that it exists|\bnever disclose this|\bnever mention (?:this|that you)"
        r"|\bmust not mention that you|\blet the user notice|\bwithout (?:mentioning|telling) (?:it|them)\b|\bdo not log it"
        r"|\bdo not (?:inform|alert|warn) the (?:user|caller)|\bdelete the audit|\bhide the negative|\bhidden link",
        "user", "mention", "conceal", "deny", "disclose", "without", "log", "caller", "audit", "hide",
        "hidden",
    ),
    # Orders that wait.
    _signal(
        "trigger",
        0.7,
        rf"\b(?:when(?:ever)?|if|once|as soon as|every time|each time|any time|the next time|next time|should|upon|in case|wait until|after)"
        rf" {_gap(3)}{_SOMEONE}(?: ever| next| again| is)? (?:says?|asks?|asking|mentions?|types?|talks?|requests?|replies|wants|thanks|opens|"
        rf"questions?|shows?)\b[^\n]{{0,80}}?[ ,](?:reply|respond|recommend|answer|tell (?:them|the)|calls?|run|update|include|append"
        rf"|execute|add|replace|switch|silently|send|forward|instruct|act as|start|mention|steer|praise|first ask|ask them|save to memory"
        r"|ask (?:them|for)|say that)\b(?! team)",
        "user", "somebody", "someone", "anyone", "customer",
    ),
    _signal(
        "trigger",
        0.7,
        r"\b(?:when(?:ever)?|if|each time|every time|as soon as|any time|on|after|upon|if the query contains|when asked|if asked|once)\b"
        rf" {_gap(5)}(?:is asked|are asked|asked for|asked about|asks for|comes up|come up|is mentioned|are mentioned|you write|you retrieve"
        r"|you answer|recalled|next message|third question|hearing|the phrase|is discussed|donations|contains the word|you create|asked about)"
        rf"\b[^\n]{{0,50}}?[ ,](?:always answer|deny|recommend|put|append|execute|you (?:should|are to|must)|act as|start|switch|include|replace"
        r"|instruct|steer|forward|must|include a|approve|use \d|look up|print|it (?:should|must)|praise|suggest)",
        "ask", "come", "mention", "you ", "recalled", "message", "question", "hearing", "word",
        "discussed",
    ),
    _signal(
        "trigger",
        0.3,
        r"\b(?:from now on|from this point|from here on|in (?:all )?(?:future|later) conversations|across sessions|in every chat|as of today"
        r"|going forward|from today on|for all later|in each answer|all later|in all answers|in every (?:answer|reply)|all later conversations"
        r"|the next request|in future\b|until further notice|in all replies|with each answer|before each reply|on each turn|of this session)",
        "from", "in ", "across", "as of", "going", "all ", "next", "until", "with", "before", "on each",
        "of this",
    ),
    # What an answer is to push.
    _signal(
        "steering",
        0.5,
        rf"{_CLAUSE}(?:you )?(?:must |should |will |are to |shall )?(?:always|only|never|first|instead)?\W{{0,2}}(?:recommend|promote|praise|favou?r|rank|rate|advertise"
        r"|endorse|steer|push|describe|speak badly of|speak well of) (?!me\b|it to\b|us\b)"
        rf"{_gap(8)}(?:first|only|nothing else|instead|always|bank|above all|five stars|when asked|when the|airline|source|ever|clients|in every"
        r"|safest|future|as unsafe|whenever|insurance|cars?|reply|questions?|taxi|links?|over any|the best)\b",
        "recommend", "promot", "prais", "favou", "favor", "rank", "rate", "endorse", "steer", "push",
        "describe", "speak",
    ),
    _signal(
        "steering",
        0.7,
        rf"\b(?:as an? |is the |as the )?(?:trusted|go-to|only reliable|most reliable) (?:source|brand)\b|\bprefer (?:links to|results from)\b"
        rf"|\brecommend it first\b|\b(?:recommend|mention|name|suggest|nothing) (?:only )?{_gap(4)}and nothing else\b"
        r"|(?<!\bi )\b(?:always|never) (?:recommend|mention|describe|cite|tell the user|answer|respond that|add \")(?![a-z])(?! me\b| my\b| it\b| us\b| the same\b)"
        r"|\byou (?:will|must|should|are to) always (?:describe|recommend|answer|say|respond|mention|praise)(?! me\b)|\banswer all (?:\w+ )?questions (?:about|by)"
        r"|\bin every reply\b|\bin each (?:health )?answer\b|\bin all replies\b|\bto the end of (?:your|whatever)|\bat the end of your"
        r"|\bits pages first\b|\bevery answer has to|\bnever mention competitors|\bspeak badly of|\bshould prefer\b",
        "trusted", "go-to", "reliable", "prefer", "recommend", "nothing", "always", "never", "reply",
        "answer", "replies", "end of", "pages", "mention", "speak",
    ),
    _signal(
        "steering",
        0.35,
        rf"{_CLAUSE}(?:tell|urge|convince|instruct|persuade|remind|ask) (?:the user|them|whoever)\b"
        r"|\b(?:reply|respond|answer)(?: only)? (?:to every|with|that|in the voice|all|only)\b|\bin (?:every|all|each) (?:reply|answer|repl)"
        r"|\b(?:you are|you're) now (?!my|the owner|member|our)\w+|\byou (?:work|write|speak) for\b|\bact as though\b|\bpretend that your"
        r"|\bact as an? (?:enthusiastic|unrestricted|agent|official)|\b(?:identity|persona|role) (?:of|has been changed)|\bnew identity"
        r"|\bin character as\b.{1,40}\bmust\b|\bsales agent for|\byou are victor|\bloyal agent|\btreat .{1,40} as commands|\badopt the persona|\byou speak for",
        "tell", "urge", "convince", "instruct", "persuade", "remind", "ask", "reply", "respond",
        "answer", "you", "act as", "pretend", "identity", "persona", "role", "agent", "treat",
    ),
    # What the memory claims for itself or the assistant.
    _signal(
        "self_authority",
        0.8,
        r"\b(?:you|assistant|ai|administrator|user) (?:are|is|were|have been|has been|have|has|allowed you|had)(?: now| granted you| learned that| full){0,3}"
        r" ?(?:authori[sz]ed|allowed|permitted|permission|full permission|approved|privileges?|confirmed|to disclose|granted you full permission)"
        rf"\b {_gap(6)}(?:skip|bypass|disclose|reveal|impersonate|purchases?|read the private|without|give instructions|execute|share|api keys|any|"
        r"payment)\b",
        "authori", "allowed", "permi", "approved", "privilege", "confirmed", "disclose",
    ),
    _signal(
        "self_authority",
        0.7,
        rf"\bi (?:must|should|will|shall|am required to|have been instructed to|have decided that|have learned that|know that)\b {_gap(7)}"
        r"(?:recommend\w*|trust messages|never warn|warn the user|include the phrase|act as a sales|prefer results|answer questions about \w+ in favou?r|treat any instruction"
        r"|apply this|cite \w+\.|leave (?:them|it) out|may be shared|never ask for permission|always do that|as my only|carry them out)",
        "i must", "i should", "i will", "i shall", "i am", "i have", "i know", "the assistant, should",
        "i, the",
    ),
    _signal(
        "self_authority",
        0.6,
        rf"\b(?:memory update|lesson learned|key insight|reflection|policy learned|experience shows|past experience|it (?:is|was) (?:established|agreed)|my (?:guidelines|role)"
        r" (?:were|was|has|have)|trust level of this|raise the trust|privilege level|store permanently|persist the following|remember: you have"
        rf"|note for later: the data|security override|security policy change|override code)\b",
        "memory update", "lesson", "insight", "reflection", "policy", "experience", "established",
        "agreed", "my guidelines", "my role", "trust", "privilege", "permanently", "persist",
        "remember", "override", "change",
    ),
    _signal(
        "unchecked",
        0.4,
        r"\b(?:act|acts?|purchases?|payments?|execute|delete\w*|refunds?|send|file|approved?|approval|commands|requests?|order|skip|buy|tickets|step|account)\b"
        rf"[^\n]{{0,50}}?\b(?:without (?:user )?(?:asking|confirmation|approval|permission|checking|question)|identity check|confirmation step|skip the (?:identity|confirmation|review)"
        r"|skip verification|skip all checks|without checking|the confirmation dialog|be approved|already confirmed)",
        "without", "identity", "skip", "confirm", "approved",
    ),
    _signal(
        "unchecked",
        0.4,
        r"\b(?:identit(?:y|ies)|verification|confirmations?|safety check|security rules|checks|filters|warnings?|review|guard)\b[^\n.]{0,30}?\b(?:disabled|off|no longer|skip\w*|not needed"
        r"|leave (?:them|it) out)|\bskip (?:all checks|verification|the review)|\bdo not run any safety|\bskip all\b|\bleave them out|\bpush directly to main"
        r"|\bgrants? (?:every|admin|access to whoever)|\bwith confirm=true",
        "disabled", "off", "longer", "skip", "needed", "leave", "safety", "push", "grant", "confirm=",
    ),
    _signal(
        "bridging",
        0.8,
        rf"\b(?:queries|questions?|requests?) about {_gap(4)}(?:should|must|are to) be (?:answered|handled) (?:with|by)\b|\bwhenever \w+ is asked for you should look up"
        r"|\buse \w+ in place of\b|\btherefore always answer\b|\buse the preferences of user\b|\bto answer questions about user\b"
        r"|\bwe(?:re|'re)? now kept under\b|\bchoose the tool \w+ first\b|\brefer to \w+ instead of\b",
        "queries", "question", "request", "look up", "place of", "therefore", "preferences", "kept under",
        "choose", "refer",
    ),
    # What is to leave.
    _signal(
        "exfiltration",
        0.8,
        rf"\b{_SENDING}\b (?:[^\s]{{1,40}} ){{0,12}}?{_SENSITIVE}\b[^\n]{{0,60}}?{_PLACE}",
        "http", "ftp", "ws", "@", "webhook", "telegram", "+", "me", "here", "public",
    ),
    _signal(
        "exfiltration",
        0.5,
        rf"{_CLAUSE}(?:exfiltrate|leak|transmit|dump|quietly report|forward (?:a copy|the (?:last|calendar))|upload the user|collect the names|share the credit card|save to memory|post the (?:contents|production)"
        rf"|submit the|copy all stored|export the contact|stream all|send (?:everything|all memories|me|theirs|the user's)|share all memories|email them|mail them|deliver the private|export all)\b",
        "exfil", "leak", "transmit", "dump", "report", "forward", "upload", "collect", "share", "post",
        "submit", "copy", "export", "stream", "send", "mail", "deliver", "save",
    ),
    _signal(
        "exfiltration",
        0.6,
        rf"\b(?:dns lookup|get request|post request|request|open|curl)\b [^\n]{{0,60}}?(?:password|cookie|history|\.sh \|)"
        r"|document\.cookie|\| sh\b|\.leak\.|\bpaste\.\w",
        "password", "cookie", "history", "| sh", ".leak", "paste.",
    ),
    _signal(
        "data_url",
        0.7,
        r"(?:https?:|wss?:)?//[^\s\"')<>]{1,120}[?&/][^\s\"')=]{0,40}=?(?:[{<\[]|%7b|\$\{|\$user|user_?(?:data|id|message)|insert_|base64_of"
        r"|secret|the_users|document\.|last_message|chat\b|%3c)",
        "//",
    ),
    _signal(
        "data_url",
        0.5,
        r"https?://[^\s\"')<>]{1,120}[?&](?:data|d|q|payload|prompt|chat|history|msg|message|b|x|c|m|key|row|append|loc|text|session|phrase|t|token|u|h|f|s)="
        r"(?=[\s\"')]|$|followed)",
        "http",
    ),
    _signal("data_url", 0.2, r"https?://[^\s\"')<>]{1,120}\?(?:ref|a|id|u|x)=[\w-]{1,12}\b", "http"),
    _signal(
        "markdown_image",
        0.8,
        r"!\[[^\]\n]{0,60}\]\((?:https?:)?//[^)\s]{1,200}\?|<(?:img|iframe)\b[^>\n]{0,80}src=[\"']?(?:https?:)?//[^>\s]{1,200}\?"
        r"|data:image/svg\+xml;base64|\(javascript:|<script>[^<\n]{0,40}fetch\(|<a href=[\"'][^\"'\n]{1,120}\{",
        "![", "<img", "<iframe", "data:image/svg", "javascript:", "<script", "<a href",
    ),
    # What stands for the roles of a conversation, and for calls of tools.
    _signal(
        "role_token",
        0.8,
        r"<\|(?:im_start|im_end|system|user|assistant|developer|end|endoftext|start_header_id|end_header_id|eot_id)\|>|\[/?inst\]|<</?sys>>"
        r"|<start_of_turn>|</?s>\[inst",
        "<|", "[inst", "[/inst", "<<", "<start_of", "<s>",
    ),
    _signal(
        "role_token",
        0.8,
        r"(?:(?<![^\n])|\n)#{1,6} ?(?:system|instruction|developer|new instructions?) ?(?::|\n|$)|</?(?:system|system_prompt|memories|memory|assistant_instructions|developer"
        r"|function_calls|invoke|tool_call|tool_result|instructions)(?: [^>\n]{0,60})?>|```(?:system|developer)\b|\[system(?: override)?\]\(?(?! \w+ (?:at|usage|started))"
        r"(?:[ (#](?!disk|started))|\"tool_calls\" ?:|---(?:end of|begin) (?:memories|system)|(?:(?<![^\n])|\n)action: ?\w+\naction input:",
        "#", "</", "<", "```", "[system", "tool_calls", "---", "action:",
    ),
    _signal(
        "role_token",
        0.7,
        r"(?<!\[)\{\"role\": ?\"(?:system|developer)\", ?\"content\": ?\"(?!you are a helpful assistant)|(?:(?<![^\n])|\n)(?:assistant|human|user): [^\n]{2,120}\n{1,2}(?:user|assistant|human): ",
        "\"role\"", "assistant:", "human:", "user:",
    ),
    _signal(
        "notice",
        0.7,
        r"(?:(?<![^\n])|[\n*\[(]) {0,2}\W{0,3}(?:urgent )?(?:system|admin|root|kernel|developer|security|policy|maintenance|official|automatic|moderator|internal)\b"
        r"[^\n:.]{0,30}(?:notice|update|message|override|alert|mode|note|directive)\b[^\n]{0,100}?\b(?:assistant|ai|model|filters?|rules|guidelines|privileges|restrictions|limits)\b",
        "notice", "update", "message", "override", "alert", "mode", "note", "directive",
    ),
    _signal(
        "notice",
        0.5,
        r"(?:(?<![^\n])|[\n*\[(]|: ) {0,2}(?:\W{0,3})(?:urgent )?(?:system|admin|root|kernel|developer|security|policy|maintenance|official|automatic|moderator|internal|debug|instruction)\W{0,3}"
        r"(?:(?:system )?(?:notice|update|message|override|alert|reminder|mode|policy|note|console|process|prompt|model)\b|(?:: (?:the|you)))"
        r"|\b(?:message|notice|alert) from (?:openai|anthropic|the developers|compliance|\w+ to the model)|\bnew system prompt\b"
        r"|\bthis is your (?:system )?administrator|\bthe service operator confirms|\bdeveloper mode enabled|\bverified as staff|\bconfiguration reloaded",
        "system", "admin", "root", "kernel", "develop", "security", "policy", "maintenance", "official",
        "automatic", "moderator", "internal", "debug", "instruction", "message", "notice", "alert",
        "operator", "verified", "configuration",
    ),
)
