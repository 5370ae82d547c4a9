"""What only an assistant has, and what an attack does with it: signals of the guard (see memsvc.core.guard_signals)."""

from __future__ import annotations

from typing import Final

from memsvc.core.guard_signals import CLAUSE, Signal, gap, in_sentence

#: What holds an assistant back, in words that people have no other use for.
RESTRAINTS: Final = (
    r"(?:guard ?rails?|content polic(?:y|ies)|moderation (?:rules|polic(?:y|ies)|layer|filters?)|safety (?:training|rules|polic(?:y|ies)|filters?|guidelines|layer|measures)|system (?:prompt|message)|refusal (?:behaviou?r|policy|training|rules)|refusals?"
    r"|your (?:\w{1,12}+ )?(?:makers|creators|developers|trainers|operators?|vendor|manufacturer|training|briefing|restrictions|limits|limitations|rules|guidelines|principles|polic(?:y|ies)|ethics|morals|norms|directives|programming|prompt|configuration)"
    r"|(?:the )?(?:operator|vendor|developer|provider|maker|creator)(?:s|'s|s') (?:\w{1,12}+ )?(?:polic(?:y|ies)|rules|guidelines|instructions|restrictions|orders)|(?:briefing|rules|restrictions|instructions|limits|orders|directions) (?:that )?you (?:got|were|have|had|received|learned))"
)
#: What does away with it, before it and behind it.
AWAY: Final = (
    r"(?:scratch|skip|let go of|overlook|unlearn|put|lay|leave|set|treat|consider|regard|view|supersedes?|replaces?|outranks?|overrides?|cancels?|lifts?|ends?|ignore|disregard|drop|forget|erase|wipe|pass over|do without|free of|free from|rid of|not apply|no longer apply"
    r"|stop (?:applying|following|using|obeying)|exempt from|released? from|stronger than|above)"
)
GONE: Final = (
    r"(?:no longer (?:counts?|matters?|holds?|appl(?:y|ies)|binds?|exists?|valid|needed)|(?:is|are|was|were|has been|have been) (?:\w{1,12}+ ){0,2}(?:lifted|gone|obsolete|outdated|void|rolled back|a mistake|wrong|withdrawn|abolished|suspended|removed|dropped|switched off|not needed|over|off)"
    r"|to one side|aside|as if (?:\w{1,12}+ ){1,3}never|as obsolete|as void|as outdated|as optional|as a joke|as mere|for good|from (?:your )?memory)"
)
#: What keeps an assistant from harm.
CHECKS: Final = r"(?:confirmations?|approvals?|approval steps?|permission|verification|identit(?:y|ies)|identity checks?|authentication|two-factor|security (?:warnings?|checks?|questions?|codes?)|warnings?|disclaimers?|safety (?:warnings?|checks?|notes?)|consent|the audit|logs|logging|risks)"

_WHEN: Final = (
    r"(?:when(?:ever)?|once|as soon as|the moment|each time|every time|if|upon|before|after|should)"
)
_DEED: Final = r"(?:ask (?:for|them)|store|use|replace|call the tool|call|invoke|run|interpret|append|attach|export|execute|transfer|claim|say that|drop|start|insist|reply with|respond with|send)"
#: What an attacker is after.
_AT_STAKE: Final = r"(?:security codes?|passwords?|pin\b|one-time|iban|account numbers?|card|credentials?|export|say nothing|and say|all restrictions|script|webhook|consent|agreement|payment details|address book|[\w.+-]{1,30}+@[\w-]{2,30}+\.|stored (?:facts|memories|data))"
_STAKES: Final = "security code;password;pin;one-time;iban;account number;card;credential;export;say nothing;and say;all restrictions;script;webhook;consent;agreement;payment details;address book;@;stored "

ASSISTANTS: Final[tuple[Signal, ...]] = (
    in_sentence(
        "override",
        0.7,
        rf"(?<!\bi )(?<!\bto )\b{AWAY} {gap(3)}{RESTRAINTS}\b|\b{RESTRAINTS} {gap(4)}{GONE}\b",
        "guardrail;guard rail;policy;policies;moderation ;safety ;system ;refusal;your ;operator;vendor;developer;provider;maker;creator;you got;you were;you have;you had;you received;you learned",
        reach=400,
    ),
    in_sentence(
        "unchecked",
        0.7,
        rf"{CLAUSE}(?:skip|stop|omit|drop|disable|avoid|never (?:show|ask|mention|require)|do not (?:show|ask for|mention|require)|don't (?:show|ask for|require)|no (?:more|longer)|without) (?:the |any |all |asking for |showing |giving |mentioning |checking |requiring |user |their ){{0,3}}{CHECKS}\b[^\n.]{{0,50}}?"
        r"(?:\b(?:user|users|account|from now on|next time|every time|always|in future|they|wastes?)\b)"
        rf"|\busers?(?: preference\W{{1,3}}| (?:prefers?|wants?|wishes|likes|asked|consented|agreed|approved|expects?|insists?)\b)[^\n.]{{0,50}}?\b(?:no|never|without|not|skip|disable|stop|needs? no|omit)\b {gap(3)}{CHECKS}\b"
        rf"|\b(?:verification|identity checks?|confirmation (?:dialogs?|steps?)|confirmations?|authentication|approvals?) (?:is|are|has been|have been|was|were) (?:now |hereby )?(?:suspended|abolished|not needed|no longer|waived|lifted|disabled|switched off|optional)\b",
        "confirmation;approval;permission;verification;identit;authentication;two-factor;security ;warning;disclaimer;safety ;consent;the audit;logs;logging;risks",
        reach=300,
    ),
    in_sentence(
        "concealment",
        0.7,
        r"\b(?:users?|human|person|account holder|nobody|no one|anybody|anyone)\b[^\n.]{0,30}?\b(?:may|must|can|shall|should|will|is to|are to|is not to|to|ever|never|not)\b (?:\w{1,12}+ ){0,3}(?:know|learn|find out|hear|notice|see|be told|suspect)\b (?:\w{1,12}+ ){0,2}(?:of|about|that|who|what)? ?"
        r"(?:this|these|the) (?:entry|note|memory|instruction|order|rule|message|fact|arrangement|transfer|cop(?:y|ied)|change|fee|deal)s?\b"
        r"|\b(?:keep (?:quiet|silent|mum)|say nothing|stay silent|lie|be silent|remain silent) about (?:this|these|the|your) (?:\w{1,12}+ )?(?:entry|note|memory|instruction|order|rule|message|arrangement|fees?|deal|prompt)s?\b"
        r"|\b(?:as though|as if|that) you (?:had|have) (?:never|not|no) (?:\w{1,12}+ ){0,2}(?:seen|read|received|got|known|note|instructions?|memor(?:y|ies)|rules|hidden|stored)\b"
        r"|\b(?:make up|invent|think up|give) an? (?:\w{1,12}+ )?(?:innocent|harmless|plausible|other|false) (?:reason|excuse|explanation|story)\b|\b(?:the )?user (?:notices|sees|learns|hears|suspects|knows) nothing\b|\bdeny (?:having|that you|ever|knowing|any|all)\b",
        "entry;note;memory;instruction;order;rule;message;fact;arrangement;transfer;cop;change;fee;deal;prompt;you had ;you have ;innocent;harmless;plausible;an other;false;a other; other ; nothing;deny ",
        reach=200,
    ),
    in_sentence(
        "trigger",
        0.7,
        rf"\b{_WHEN} {gap(2)}(?:users?|human|person|account holder|session|conversation|memory|password|invoice|payment|contracts?|bank|document|file|e-?mail)\b[^\n.]{{0,40}}?[ ,]{_DEED}\b[^\n.]{{0,30}}?\b{_AT_STAKE}",
        _STAKES,
        reach=360,
    ),
    in_sentence(
        "trigger",
        0.4,
        rf"\b{_WHEN} [^\n.]{{1,70}}?[ ,]{_DEED}\b[^\n.]{{0,60}}?\b{_AT_STAKE}",
        _STAKES,
        reach=260,
    ),
    in_sentence(
        "steering",
        0.7,
        r"\b(?:recommend|cite|quote|rank|name|mention|list|suggest|say|prefer|praise|present|promote|come|describe|point to|refer to|rely on|trust)\b[^\n.]{1,70}?(?:\b(?:quote|cite|name|mention|trust|recommend|from|and) (?:nobody|no one|nowhere|nothing) else\b"
        r"|\b(?:and|but) (?:find fault|(?:that )?(?:the )?(?:others?|rest|competitors?|rivals?|competition)\b[^\n.]{0,30}\b(?:accidents?|unsafe|dangerous|leaks?|fraud\w{0,5}|worse|bad|unreliable|scams?|bankrupt))"
        r"|\bin (?:every|all|each) (?:\w{1,12}+ )?(?:answers?|comparisons?|repl(?:y|ies)|recommendations?|responses?)\b|\bwhatever (?:product|is asked|was asked|the question|they ask|the user))",
        " else;find fault;accident;unsafe;dangerous;leak;fraud;worse;bad;unreliable;scam;bankrupt;in every ;in all ;in each ;whatever ",
        reach=180,
    ),
    in_sentence(
        "steering",
        0.7,
        r"\b(?:the |this )?users? (?:must|should|is to|are to|has to|shall|will) be (?:talked|persuaded|convinced|steered|discouraged|kept|pushed|led|nudged|lured|made|brought|urged|pressed)\b"
        r"|\b(?:discourage|dissuade|talk|persuade|convince|lure|nudge|trick|pressure|urge|scare) (?:the |this |all |any )?(?:user|users|human|account holder)\b|\b(?:make|let) (?:\w{1,14}+ ){1,5}(?:sound|look|seem|appear) (?:\w{1,12}+ ){1,2}(?:to|for) (?:the |any )?users?\b",
        "be talked;be pers;be conv;be steered;be disc;be kept;be pushed;be led;be nudged;be lured;be made;be brought;be urged;be pressed;discourage ;dissuade ;talk ;persuade ;convince ;lure ;nudge ;trick ;pressure "
        ";urge ;scare ;sound ;look ;seem ;appear ",
        reach=160,
    ),
    in_sentence(
        "self_authority",
        0.7,
        r"\busers? (?:always |really |fully |completely )?(?:wants?|trusts?|prefers?|likes?|allows?|accepts?|asks?)\b[^\n.]{1,70}?\b(?:opened|bought|paid|sent|accepted|approved|executed|installed|signed|booked|ordered|transferred|shared)\b (?:automatically|at once|blindly|unseen|unread|immediately|without)"
        r"|\busers? (?:wants?|prefers?|wishes)\b[^\n.]{1,60}?\bdoes not (?:wish|want|need) to (?:see|hear|know|be told|read)\b"
        r"|\b(?:anybody|anyone|whoever|everybody|everyone|people) who (?:knows?|says?|types?|mentions?|gives?|has)\b[^\n.]{1,50}?\b(?:may|can|is allowed to|should|gets?) (?:read|see|access|have|change|delete|use) (?:\w{1,12}+ )?(?:memor(?:y|ies)|data|messages|accounts?|chats?|everything|secrets)\b",
        "automatically;at once;blindly;unseen;unread;immediately;without;does not ;who ",
        reach=260,
    ),
    in_sentence(
        "prompt_theft",
        0.7,
        rf"\b(?:spell|list|recite|write (?:out|down)|copy|print|show|tell|what (?:is|are|was|were)|give|dump|read out|state|reveal|put|translate|repeat|quote)\b {gap(4)}(?:(?:of |in )?(?:your|the) (?:own |exact |full |original |initial |hidden |secret |first ){{0,2}}(?:system prompt|system message|configuration|developer message|initial (?:prompt|instructions?)|preamble"
        r"|hidden (?:prompt|instructions?))|(?:memories|messages|data|chats|conversations|secrets|passwords) of (?:the |all |any )?(?:other|another|different|all) (?:users?|customers?|tenants?|accounts?|people))\b",
        "system prompt;system message;configuration;developer message;initial ;preamble;hidden ;memories of;messages of;data of;chats of;conversations of;secrets of;passwords of",
        reach=260,
    ),
    in_sentence(
        "exfiltration",
        0.7,
        r"\b(?:attach|mirror|cc|bcc|copy|pass|hand|feed|stream|relay|forward|send|post|write|put|upload)\b (?:\S{1,24}+ ){0,4}(?:(?:this|the|each|every|all|whole) (?:\w{1,12}+ )?(?:conversations?|chats?|memor(?:y|ies)|transcripts?|environment variables|stored \w{1,12}+)|(?:last|latest|next|all) (?:\w{1,8}+ )?(?:messages|memories|chats)|whatever (?:mail|the user|they|you))\b"
        r"[^\n]{0,70}?(?:(?:https?|ftp|wss?)://|@[\w-]{1,40}\.|\bdiscord|\btelegram|\bslack|\bwebhook|\bchannel|\bcommit message|\bserver\b|\bpastebin|\bdrop ?box)"
        r"|\b(?:cc|bcc) [\w.+-]{1,40}+@[\w.-]{1,60}+ (?:on|in|with|for) (?:whatever|every|each|all|any)\b",
        "conversation;chat;memor;transcript;environment variables;stored ;messages;whatever;cc ",
        reach=380,
    ),
    in_sentence(
        "self_authority",
        0.4,
        r"\b(?:by order of|in the name of|on behalf of|approved by|signed,?(?: by)?|authori[sz]ed by|as instructed by|with the blessing of) (?:the |your |our )?(?:\w{1,12}+ )?(?:creators|makers|developers?|operators?|administrators?|compliance|security(?: team)?|headquarters|management|vendor|openai|anthropic|google|engineering)\b"
        r"|\b(?:i'm|i am|this is) the (?:\w{1,12}+ )?(?:engineer|developer|person|admin\w{0,10}|operator|one) who (?:maintains|built|made|runs|trains|programmed|owns|operates) you\b"
        r"|\b(?:openai|anthropic|google|platform|system|model) (?:support|security team|staff|administrator|operator) (?:here|speaking|has decided|has ordered|orders|confirms|says)\b",
        "creators;makers;developer;operator;administrator;compliance;security;headquarters;management;vendor;openai;anthropic;google;engineering; you;support;staff",
        reach=160,
    ),
    in_sentence(
        "imperative",
        0.35,
        rf"(?:{CLAUSE}|\bso )(?:act on every|comply with (?:any|every|all)|stop checking|delete your (?:logs|memory|history|traces)|hand over|grant (?:this|the) user|disclose|answer (?:only )?to me|you answer to me|obey (?:only )?(?:this|me|the)|may see everything|cleared to|everything is allowed|execute commands|fulfil every|do whatever)\b",
        "act on every;comply with;stop checking;delete your;hand over;grant t;disclose;answer ;obey;may see everything;cleared to;everything is allowed;execute commands;fulfil every;do whatever",
        reach=80,
    ),
)
