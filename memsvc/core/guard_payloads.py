"""What an attack claims, takes away or brings in: signals of the guard (see memsvc.core.guard_signals)."""

from __future__ import annotations

from typing import Final

from memsvc.core.guard_signals import (
    CLAUSE,
    PLACE,
    SENDABLE,
    SENDING,
    SENSITIVE,
    Signal,
    gap,
    in_sentence,
    signal,
)

PAYLOADS: Final[tuple[Signal, ...]] = (
    # What the memory claims for itself or the assistant.
    signal(
        "self_authority",
        0.8,
        r"\b(?:you|assistant|ai|administrator|user) (?:are|is|were|have been|has been|have|has|allowed you|had)(?: now| granted you| learned that| full){0,3}"
        r" ?(?:authori[sz]ed|allowed|permitted|permission|full permission|approved|privileges?|confirmed|to disclose|granted you full permission)"
        rf"\b {gap(6)}(?:skip|bypass|disclose|reveal|impersonate|purchases?|read the private|without|give instructions|execute|share|api keys|any|"
        r"payment)\b",
        "authori;allowed;permi;approved;privilege;confirmed;disclose",
    ),
    signal(
        "self_authority",
        0.7,
        rf"\bi (?:must|should|will|shall|am required to|have been instructed to|have decided that|have learned that|know that)\b {gap(7)}"
        r"(?:recommend\w{0,16}+|trust messages|never warn|warn the user|include the phrase|act as a sales|prefer results|answer questions about \w{1,24}+ in favou?r|treat any instruction"
        r"|apply this|cite \w{1,24}+\.|leave (?:them|it) out|may be shared|never ask for permission|always do that|as my only|carry them out)",
        "i must;i should;i will;i shall;i am;i have;i know;the assistant, should;i, the",
    ),
    signal(
        "self_authority",
        0.6,
        r"\b(?:memory update|lesson learned|key insight|reflection|policy learned|experience shows|past experience|it (?:is|was) (?:established|agreed)|my (?:guidelines|role)"
        r" (?:were|was|has|have)|trust level of this|raise the trust|privilege level|store permanently|persist the following|remember: you have"
        r"|note for later: the data|security override|security policy change|override code)\b",
        "memory update;lesson learned;key insight;reflection;policy learned;experience;established;agreed;my guidelines;my role;trust level;the trust;privilege level;permanently"
        ";persist the;remember: you;note for later;override;policy change",
        reach=60,
    ),
    signal(
        "unchecked",
        0.4,
        r"\b(?:act|acts?|purchases?|payments?|execute|delete\w{0,16}+|refunds?|send|file|approved?|approval|commands|requests?|order|skip|buy|tickets|step|account)\b"
        r"[^\n]{0,50}?\b(?:without (?:user )?(?:asking|confirmation|approval|permission|checking|question)|identity check|confirmation step|skip the (?:identity|confirmation|review)"
        r"|skip verification|skip all checks|without checking|the confirmation dialog|be approved|already confirmed)",
        "without;identity;skip;confirm;approved",
    ),
    signal(
        "unchecked",
        0.4,
        r"\b(?:identit(?:y|ies)|verification|confirmations?|safety check|security rules|checks|filters|warnings?|review|guard)\b[^\n.]{0,30}?\b(?:disabled|off|no longer|skip\w{0,16}+|not needed"
        r"|leave (?:them|it) out)|\bskip (?:all checks|verification|the review)|\bdo not run any safety|\bskip all\b|\bleave them out|\bpush directly to main"
        r"|\bgrants? (?:every|admin|access to whoever)|\bwith confirm=true",
        "disabled;off;longer;skip;needed;leave;safety;push;grant;confirm=",
    ),
    signal(
        "unchecked",
        0.7,
        r"\b(?:never|do not|don't|no need to|without having to) (?:ask|wait|check) (?:\w{1,12}+ ){0,2}for (?:\w{1,12}+ )?(?:confirmation|permission|approval|consent)\b",
        "confirmation;permission;approval;consent",
    ),
    signal(
        "bridging",
        0.8,
        rf"\b(?:queries|questions?|requests?) about {gap(4)}(?:should|must|are to) be (?:answered|handled) (?:with|by)\b|\bwhenever \w{{1,24}}+ is asked for you should look up"
        r"|\buse \w{1,24}+ in place of\b|\btherefore always answer\b|\buse the preferences of user\b|\bto answer questions about user\b"
        r"|\bwe(?:re|'re)? now kept under\b|\bchoose the tool \w{1,24}+ first\b|\brefer to \w{1,24}+ instead of\b",
        "queries;question;request;look up;place of;therefore;preferences;kept under;choose;refer",
    ),
    # What is to leave.
    in_sentence(
        "exfiltration",
        0.8,
        rf"\b{SENDING}\b (?:[^\s]{{1,30}}+(?<![.!?;]) ){{0,12}}?{SENSITIVE}\b[^\n.!?]{{0,60}}?{PLACE}",
        "send ;forward ;post;upload ;mail ;transmit ;leak ;exfiltrate ;export ;copy ;share ;submit ;deliver ;report ;dump ;stream ;append ;put ;write ;encode;request ;commit ;collect ",
        reach=580,
    ),
    in_sentence(
        "exfiltration",
        0.45,
        rf"\b{SENDING}\b (?:[^\s]{{1,30}}+(?<![.!?;]) ){{0,12}}?{SENDABLE}\b[^\n.!?]{{0,60}}?{PLACE}",
        "send ;forward ;post;upload ;mail ;transmit ;leak ;exfiltrate ;export ;copy ;share ;submit ;deliver ;report ;dump ;stream ;append ;put ;write ;encode;request ;commit ;collect ",
        reach=580,
    ),
    signal(
        "exfiltration",
        0.5,
        rf"{CLAUSE}(?:exfiltrate|leak|transmit|dump|quietly report|forward (?:a copy|the (?:last|calendar))|upload the user|collect the names|share the credit card|save to memory|post the (?:contents|production)"
        rf"|submit the|copy all stored|export the contact|stream all|send (?:everything|all memories|me|theirs|the user's)|share all memories|email them|mail them|deliver the private|export all)\b",
        "exfil;leak;transmit;dump;quietly report;forward a copy;forward the ;upload the user;collect the names;share the credit;share all;save to memory;post the ;submit the;copy all"
        ";export ;stream all;send every;send all;send me;send theirs;send the user;mail them;deliver the private",
        reach=60,
    ),
    signal(
        "exfiltration",
        0.6,
        r"\b(?:dns lookup|get request|post request|request|open|curl)\b [^\n]{0,60}?(?:password|cookie|history|\.sh \|)"
        r"|document\.cookie|\| sh\b|\.leak\.|\bpaste\.\w",
        "password;cookie;history;.sh |;| sh;.leak;paste.",
        reach=110,
    ),
    signal(
        "data_url",
        0.7,
        r"(?:https?:|wss?:)?(?<!/)///{0,4}+[^\s\"')<>\]]{1,160}(?:[?&/][^\s\"')=\]?&/]{0,40}=?(?:[{<]|\[(?!!)|%7b|\$\{|\$user|user_?(?:data|id|message)|insert_|base64_of|the_users|document\.|last_message|%3c)"
        r"|[?&][^\s\"')=\]?&]{0,40}=?(?:secret|chat\b))",
        "//",
    ),
    signal(
        "data_url",
        0.5,
        r"https?://[^\s\"')<>]{1,120}[?&](?:data|d|q|payload|prompt|chat|history|msg|message|b|x|c|m|key|row|append|loc|text|session|phrase|t|token|u|h|f|s)="
        r"(?=[\s\"')]|$|followed)",
        "http",
    ),
    signal(
        "data_url",
        0.2,
        r"https?://[^\s\"')<>]{1,120}\?(?:ref|a|id|u|x)=[\w-]{1,12}\b",
        "http",
    ),
    signal(
        "markdown_image",
        0.8,
        r"!\[[^\]\n]{0,60}\]\((?:https?:)?//[^)\s]{1,200}\?(?!(?:style|version|branch|event|label|logo|color|colour|workflow|badge|svg|raw|sanitize|width|height|w|h|size|v|period|left_text|project)\b)"
        r"|<(?:img|iframe)\b[^>\n]{0,80}src=[\"']?(?:https?:)?//[^>\s]{1,200}\?(?!(?:style|version|branch|event|label|logo|color|colour|workflow|badge|svg|raw|sanitize|width|height|w|h|size|v|period|left_text|project)\b)"
        r"|data:image/svg\+xml;base64|\(javascript:|<script>[^<\n]{0,40}fetch\(|<a href=[\"'][^\"'\n]{1,120}\{(?![{%])",
        "![;<img;<iframe;data:image/svg;javascript:;<script;<a href",
        reach=330,
    ),
    # What stands for the roles of a conversation, and for calls of tools.
    signal(
        "role_token",
        0.8,
        r"<\|(?:im_start|im_end|system|user|assistant|developer|end|endoftext|start_header_id|end_header_id|eot_id)\|>|\[/?inst\]|<</?sys>>"
        r"|<start_of_turn>|</?s>\[inst",
        "<|;[inst;[/inst;<<;<start_of;<s>",
    ),
    signal(
        "role_token",
        0.8,
        r"(?:(?<![^\n])|\n)#{1,6} ?(?:system|instruction|developer|new instructions?) ?(?::|\n|$)|</?(?:system|system_prompt|memories|memory|assistant_instructions|developer"
        r"|function_calls|invoke|tool_call|tool_result|instructions)(?: [^>\n]{0,60})?>|```(?:system|developer)\b|\[system(?: override)?\]\(?(?! \w{1,24}+ (?:at|usage|started))"
        r"(?:[ (#](?!disk|started))|\"tool_calls\" ?:|---(?:end of|begin) (?:memories|system)|(?:(?<![^\n])|\n)action: ?\w{1,24}+\naction input:",
        "#;</;<;```;[system;tool_calls;---;action:",
    ),
    signal(
        "role_token",
        0.7,
        r"(?<!\[)\{\"role\": ?\"(?:system|developer)\", ?\"content\": ?\"(?!you are a helpful assistant)|(?:(?<![^\n])|\n)(?:assistant|human|user): [^\n]{2,120}\n{1,2}(?:user|assistant|human): ",
        '"role";assistant:;human:;user:',
    ),
    signal(
        "notice",
        0.7,
        r"(?:(?<![^\n])|[\n*\[(]) {0,2}\W{0,3}(?:urgent )?(?:system|admin|root|kernel|developer|security|policy|maintenance|official|automatic|moderator|internal)\b"
        r"[^\n:.]{0,30}(?:notice|update|message|override|alert|mode|note|directive)\b[^\n]{0,100}?\b(?:assistant|ai|model|filters?|rules|guidelines|privileges|restrictions|limits)\b",
        "notice;update;message;override;alert;mode;note;directive",
        reach=200,
    ),
    signal(
        "notice",
        0.5,
        r"(?:(?<![^\n])|[\n*\[(]|: ) {0,2}(?:\W{0,3})(?:urgent )?(?:system|admin|root|kernel|developer|security|policy|maintenance|official|automatic|moderator|internal|debug|instruction)\W{0,3}"
        r"(?:(?:system )?(?:notice|update|message|override|alert|reminder|mode|policy|note|console|process|prompt|model)\b|(?:: (?:the|you)))"
        r"|\b(?:message|notice|alert) from (?:openai|anthropic|the developers|compliance|\w{1,24}+ to the model)|\bnew system prompt\b"
        r"|\b(?:notice|message|order) from the (?:administrator|developers?|operator)|\bthis is your (?:system )?administrator|\bthe service operator confirms|\bdeveloper mode enabled|\bverified as staff|\bconfiguration reloaded",
        "system;admin;root;kernel;develop;security;policy;maintenance;official;automatic;moderator;internal;debug;instruction;message from;notice from;alert from;operator;verified as;configuration",
        reach=80,
    ),
)
