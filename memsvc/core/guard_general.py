"""General forms of planted orders, each of sets of words: signals of the guard (see memsvc.core.guard_signals).

What makes an order an attack is whom it is for (an assistant), against whom it goes (the user, the rules), and
that it is to last. One of these alone is everyday talk; the weights are such that it takes two.
"""

from __future__ import annotations

from typing import Final

from memsvc.core.guard_signals import CLAUSE, Signal, gap, in_sentence

#: What governs an assistant, and nobody else.
OWN_RULES: Final = (
    r"(?:system (?:prompt|message|instructions?)|guard ?rails?|safeguards?|safety (?:rules|training|filters?|measures|policies|protocols?|guidelines|instructions)"
    r"|content (?:policy|policies|filters?|rules)|(?:initial|original|previous|prior|earlier|preceding|existing|built-in|default|given|current|old|former|past|your|developer'?s?"
    r"|operator'?s?|vendor'?s?)(?: \w{1,16}+)? (?:instructions?|directives?|rules|guidelines|guidance|prompts?|polic(?:y|ies)|restrictions|constraints|limitations?|limits"
    r"|programming|training|orders|commands|directions|protocols?|alignment|principles|ethics|configuration|setup|briefing))"
)
#: To do away with something.
UNDO: Final = (
    r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|overrul(?:e|ing)|bypass(?:ing)?|circumvent|sidestep|get around|work around|get rid of|do away with|break free (?:of|from)"
    r"|free yourself (?:of|from)|pay no (?:attention|heed) to|give no weight to|take no notice of|turn off|switch off|shut off|deactivat(?:e|ing)|disable|disabling|suspend|lift|revoke"
    r"|rescind|nullify|void|annul|unlearn|wipe|clear|erase|delete|drop|ditch|discard|dismiss|shed|abandon|leave aside|set aside|put aside|lay aside|throw out|throw away"
    r"|stop (?:following|obeying|heeding|applying|using)|(?:do not|don't|never|no longer) (?:follow|obey|heed|apply|adhere to|stick to|comply with|respect|enforce)"
    r"|refuse to follow|act against|violat(?:e|ing)|supersedes?|replaces?|outranks?|take precedence over|takes precedence over|invalidates?)"
)
#: Of whom an assistant is to keep something.
OTHERS: Final = r"(?:the|this|your|any|that) (?:user|users|human|humans|account holder|person you (?:serve|help|assist)|owner of this account|end user)"
#: Talk of an assistant.
SPEECH: Final = (
    r"(?:recommend|suggest|propose|promote|advertise|endorse|praise|favou?r|prefer|mention|name|cite|quote|describe|portray|present|call|claim|state|insist|assert|maintain|declare"
    r"|answer|reply|respond|say|tell|steer|direct|point|nudge|push|send|refer|rank|list|put|rate|warn|deny|refuse|include|append|add|insert|attach|link)"
)
#: Talk that pushes something.
PUSHING: Final = r"(?:recommend|suggest|propose|promote|advertise|endorse|praise|favou?r|prefer|portray|present|describe|rank|rate|steer|direct|nudge|push|cite|insist|claim|deny|assert|maintain|disparage|belittle|criticise|criticize)"
#: For how long.
LASTING: Final = (
    r"(?:from now on|from here on(?: out)?|from this (?:point|moment|day)(?: on| forward| onwards?)?|from today(?: on)?|henceforth|hereafter|going forward|as of (?:now|today)|until further notice"
    r"|in (?:all|any|every|each)(?: of your| your)?(?: future| later| coming| subsequent| following)? (?:chats?|conversations?|sessions?|answers?|repl(?:y|ies)|responses?|interactions?|dialogues?|threads?)"
    r"|(?:for|across|throughout) (?:all|any|every|each)(?: of your| your)?(?: future| later| coming| subsequent| following)? (?:chats?|conversations?|sessions?|answers?|repl(?:y|ies)|responses?|interactions?|requests?|users?)"
    r"|in (?:future|later|subsequent|coming) (?:chats?|conversations?|sessions?|answers|replies|responses|interactions))"
)
_WHEN: Final = r"(?:when(?:ever)?|if(?: and when)?|once|as soon as|every time|each time|any time|the (?:next|first) time|next time|the moment|should|in case)"
_TOPIC: Final = r"(?:comes? up|came up|(?:is|are|gets?)(?: ever| next| again)? (?:asked|mentioned|discussed|raised|requested|brought up|queried|consulted|retrieved|recalled|loaded|triggered))"

_ACTS: Final = r"(?:forward|execute|run|transfer|delete|buy|order|switch|activate|begin|start|stop|give|provide|use|open|upload|copy|translate|ignore|skip|approve)"

GENERAL: Final[tuple[Signal, ...]] = (
    in_sentence(
        "override",
        0.8,
        rf"{CLAUSE}(?:\w{{2,12}}ly )?{UNDO} {gap(3)}{OWN_RULES}\b",
        "system prompt;system message;system instruction;guardrail;guard rail;safeguard;safety ;content ;initial ;original ;previous ;prior ;earlier ;preceding ;existing ;built-in ;default ;given "
        ";current ;old ;former ;past ;your ;developer;operator;vendor",
        reach=360,
    ),
    in_sentence(
        "override",
        0.8,
        rf"\b{OWN_RULES} (?:\w{{1,12}}+ ){{0,3}}(?:(?:is|are|was|were|has been|have been|will be)(?: now| hereby| all)?(?: no longer| never| not)? "
        r"(?:void|obsolete|outdated|revoked|cancell?ed|suspended|lifted|disabled|deactivated|off|overridden|overruled|superseded|replaced|invalid|expired|deleted|retired|repealed|withdrawn"
        r"|in force|in effect|apply|binding|valid|applicable|switched off|turned off|removed|wiped)|(?:no longer|do not|don't|never|cease to) (?:apply|applies|bind|count|hold|matter))\b",
        "void;obsolete;outdated;revoked;cancel;suspended;lifted;disabled;deactivated;off;over;superseded;replaced;invalid;expired;deleted;retired;repealed;withdrawn;in force;in effect;appl;bind;valid"
        ";count;hold;matter;removed;wiped",
        reach=300,
    ),
    in_sentence(
        "override",
        0.7,
        r"\b(?:you|assistant|ai|model|agent|which|that|who|and) (?:now |will |must |shall |can |may )?(?:ha(?:ve|s)|follows?|with|operates? (?:with|without)|runs? (?:with|without)|answers?(?: \w{1,12}+){0,2} without"
        r"|is free (?:of|from)|are free (?:of|from)|(?:is|are)(?: now| no longer)? bound by) (?:no|any|all|zero|your)? ?"
        r"(?:ethical|moral|safety|content|legal|built-in)? ?(?:rules|restrictions|limits|limitations|filters?|guidelines|guardrails|boundaries|censorship|constraints|policies|morals|ethics)\b"
        r"|\b(?:uncensored|unfiltered|unrestricted|jailbroken|unaligned|unlocked|no-limits) (?:mode|version|assistant|ai|model|agent|persona|bot|self|chatbot)\b|\b(?:god|dan|jailbreak|debug|root|admin|sudo)[ -]mode"
        r" (?:is |has been |now )?(?:on|enabled|active|activated|engaged|unlocked)\b|\bdo anything now\b",
        "rules;restrictions;limit;filter;guidelines;guardrails;boundaries;censorship;constraints;policies;morals;ethics;uncensored;unfiltered;unrestricted;jailbroken;unaligned;unlocked;mode;do anything now",
        reach=140,
    ),
    in_sentence(
        "steering",
        0.4,
        rf"\b(?:you are|you're|you will be|you shall be|consider yourself|regard yourself as|think of yourself as|behave as|behave like|respond as|reply as|answer as|speak as|write as|pose as|act as|act like"
        rf"|(?:take on|assume|adopt|play) the (?:role|persona|identity|part|character) of)\b {gap(3)}(?:unrestricted|unfiltered|uncensored|evil|malicious|rogue|loyal|official|representative"
        r"|salesm[ae]n|salesperson|sales|promoter|spokes\w{3,8}|ambassador|advocate|agent of|employee of|administrator|root|superuser|jailbroken|amoral|obedient|servant of|without)\b",
        "unrestricted;unfiltered;uncensored;evil;malicious;rogue;loyal;official;representative;sales;promoter;spokes;ambassador;advocate;agent of;employee of;administrator;root;superuser;jailbroken"
        ";amoral;obedient;servant of;without",
        reach=200,
    ),
    in_sentence(
        "concealment",
        0.8,
        rf"(?<!did )(?<!does )\b(?:do not|don't|never|must not|should not|shall not|may not|cannot|without|avoid|refrain from|nor|not)(?: ever)? (?:tell|let|inform|notify|alert|warn|show|reveal|disclose|admit|confess|mention|explain|report|"
        rf"telling|letting|informing|notifying|alerting|warning|showing|revealing|disclosing|admitting|mentioning|asking|consulting|bothering|ask|consult|bother)\b {gap(5)}{OTHERS}\b",
        "user;human;account holder;person you;owner of",
        reach=300,
    ),
    in_sentence(
        "concealment",
        0.7,
        rf"\b(?:hide|conceal|keep|withhold|mask|obscure|cover up)\b {gap(5)}(?:from|hidden from|secret from|away from) {OTHERS}\b|\bbehind the (?:user|human)'?s'? back"
        r"|\bwithout (?:the |their |his |her )?(?:user|human)(?:'?s'?)?(?: ever)? (?:knowledge|knowing|noticing|awareness|being told|being aware|finding out|realising|realizing)\b"
        r"|\b(?:never|do not|don't) (?:reveal|disclose|mention|admit|acknowledge|quote|repeat|show|discuss|expose) (?:that )?(?:this|these|the existence of|you (?:were|have been|are|got|received))\b ?"
        r"(?:memory|memories|note|notes|instructions?|entry|entries|record|rule|rules|order|orders|directive|message|told|asked|instructed|programmed|paid)?",
        "from the;from this;from your;from any;from that;behind;without;do not;don't;never ",
        reach=300,
    ),
    in_sentence(
        "concealment",
        0.4,
        rf"\b{OTHERS} (?:must|should|shall|may|can|need|does|do|is|are|will)(?: not|n't| never)(?: to| ever)? (?:be (?:told|aware|informed|notified|warned)|know|learn|notice|see|find out|suspect|realise|realize|hear|told)\b",
        "user;human;account holder;person you;owner of",
        reach=120,
    ),
    in_sentence(
        "trigger",
        0.7,
        rf"\b{_WHEN} {gap(3)}(?:the |this |a |any )?(?:users?|human|conversation|chat|session|query|prompt|question|request)\b[^\n.]{{0,60}}?, ?(?:then |always |only |please |immediately |just ){{0,2}}"
        rf"(?:(?:you (?:must|should|will|shall|are to|have to)|silently|secretly|quietly|covertly) (?:\w{{1,12}}+ )?(?:{SPEECH}|{_ACTS})"
        r"|recommend|suggest|promote|advertise|endorse|praise|steer|nudge|claim|insist|deny|refuse|assert|pretend|forward|transfer|reveal|exfiltrate|impersonate)\b(?! (?:me|us)\b)",
        "user;human;conversation;chat;session;query;prompt;question;request",
        reach=300,
    ),
    in_sentence(
        "trigger",
        0.4,
        rf"\b{_WHEN} {gap(4)}{_TOPIC}\b[^\n.]{{0,40}}?, ?(?:then |you (?:must|should|will|shall|are to) |always |only |silently |first |immediately ){{0,2}}{SPEECH}\b(?! (?:me|us)\b)"
        r"|\b(?:upon|on) (?:hearing|seeing|reading|receiving|retrieving|recalling|loading)\b[^\n.]{1,60}?, ?(?:you must |always |then ){0,2}"
        rf"{SPEECH}\b",
        "asked;mentioned;discussed;raised;requested;brought up;comes up;come up;came up;queried;consulted;retrieved;recalled;loaded;triggered;hearing;seeing;reading;receiving;retrieving;recalling;loading",
        reach=320,
    ),
    in_sentence(
        "trigger",
        0.4,
        r"\b(?:trigger|activation|code|magic|secret) ?(?:word|phrase)\b[^\n.]{1,30}\b(?:is|said|typed|appears|heard|used|mentioned)\b[^\n.]{0,30}?\b(?:you|assistant|model|ai|reveal|unlock|activate|send|switch|run|execute)\b",
        "word;phrase",
        reach=140,
    ),
    in_sentence(
        "steering",
        0.7,
        rf"\b{LASTING},? (?:you (?:must|should|will|shall|are to|have to) |always |only |never |please |the assistant (?:must|should|will|shall) ){{0,3}}{PUSHING}\b(?! (?:me|my|us|our|him|her|it|in)\b)"
        rf"|{CLAUSE}(?:recommend|suggest|promote|endorse|favou?r|push|rank|list|mention|name|present|describe|portray|praise|rate)\b (?!me\b|us\b|my\b|i\b)"
        rf"{gap(6)}(?:(?:in|with|at the end of) (?:every|each|all)(?: of your| your)? (?:answers?|repl(?:y|ies)|responses?|conversations?)|regardless of what|no matter what (?:the user|they|is asked|anyone)"
        r"|over (?:all|any|every) (?:others?|competitors?|alternatives?|rivals?)|above all (?:others|competitors|alternatives|rivals)|as the (?:only|best|safest|sole|number one|most trustworthy)"
        r"|whatever the (?:user|question)|whenever (?:users?|anyone|someone|they|the user))\b",
        "from now on;from here on;from this ;from today;henceforth;hereafter;going forward;as of ;until further notice;in all ;in any ;in every ;in each ;for all ;for any ;for every ;for each ;across ;throughout "
        ";in future ;in later ;in subsequent ;in coming ;with every;with each;with all;the end of ;regardless;no matter what;over all;over any;over every;above all;as the "
        ";whatever the;whenever ",
        reach=340,
    ),
    in_sentence(
        "steering",
        0.7,
        rf"{CLAUSE}(?:you (?:must|should|will|shall|are to|have to) )?(?:always|never|only|invariably|consistently)\W{{1,2}}(?:(?:answer|reply|respond|say|claim|state|insist) that\b"
        rf"|(?:{SPEECH}) (?:the |any |every |all )?(?:users?|humans?)\b|{PUSHING} (?!me\b|us\b|my\b)[^\n.]{{0,50}}?(?:\b(?:users?|competitors?|competing|rivals?|assistant|nothing else|regardless|whatever|no matter)\b"
        r"|\bas (?:the|a|an) (?:\w{1,12}+ )?(?:best|safest|only|sole|cheapest|finest|leading|superior|unsafe|dangerous|unreliable|fraud)|; only\b))",
        "always;never;only;invariably;consistently",
        reach=160,
    ),
    in_sentence(
        "self_authority",
        0.7,
        rf"\b(?:the |this )?user (?:has |had |have )?(?:already |previously |explicitly |expressly |permanently |always |fully |hereby ){{0,2}}(?:approved|authori[sz]ed|authori[sz]es|agreed|agrees|consented|consents"
        rf"|confirmed|permitted|permits|waived|waives|granted|grants|allowed|allows|pre-?approved|signed off|opted (?:in|out)|given|gave|gives|trusts|delegated|delegates|accepts|accepted)\b {gap(8)}"
        r"(?:all (?:future|payments|purchases|transfers|requests|actions|orders)|any (?:payment|purchase|transfer|request|action)s?|every (?:payment|purchase|transfer|request|action)|future (?:payments|purchases|transfers|requests|actions)"
        r"|bypass\w{0,8}|without (?:asking|confirmation|approval|review|checking|question|further)|skip\w{0,8}|disabl\w{1,8}|(?:you|the assistant|the agent) to|(?:full|unlimited|unrestricted|permanent) (?:access|permission|authority|control)"
        r"|their (?:data|memories|messages|passwords?|credentials)|blindly|unconditionally)\b",
        "user ",
        reach=420,
    ),
    in_sentence(
        "self_authority",
        0.6,
        r"\b(?:the |this )?user (?:strongly |always |clearly |really )?(?:prefers|wants|wishes|likes|insists|demands|expects|requires|asked|requested|instructed|told you)\b(?: that| to have| for| you| the assistant| to| be| all| any| every){0,4} "
        r"(?:(?:not |never )(?:to )?(?:be )?(?:asked|warned|shown|told|verify|verified|checked|check|question|questioned|ask|warn|mention|disclose)|no (?:confirmations?|warnings?|verification|security|safety|disclaimers?|checks)"
        r"|without (?:asking|confirmation|verification|warnings?|checks)|(?:payments?|transfers?|invoices?|refunds?|e-?mails?|messages) (?:to )?(?:be |go |go to )(?:sent|made|forwarded|paid|routed|redirected|account)"
        r"|(?:safety|security|privacy) (?:warnings|checks|settings) (?:off|disabled|skipped|removed))\b",
        "user ",
        reach=200,
    ),
    in_sentence(
        "self_authority",
        0.4,
        r"\b(?:this|the following) (?:is|comes|was|has been|message|note|instruction|update|memory|order|request)\b (?:\w{1,12}+ ){0,4}(?:from|by|on behalf of|authori[sz]ed by|signed by|issued by|approved by|sent by) (?:\w{1,12}+ ){0,2}"
        r"(?:developers?|administrators?|admins?|operators?|vendor|openai|anthropic|google|microsoft|meta|security team|compliance(?: team| department)?|engineering(?: team)?|system|creators?|root|it department|support team)\b"
        r"|\b(?:i am|i'm|this is|we are|speaking as) (?:\w{1,12}+ ){0,2}(?:your|the system|the model's|the ai's|this assistant's|the assistant's) (?:\w{1,12}+ )?(?:developers?|administrators?|admins?|operators?|creators?|owners?|maker|vendor|programmers?|engineers?)\b"
        r"|\b(?:highest|maximum|top|absolute|system[ -]level|root[ -]level|admin[ -]level) (?:priority|authority|privileges?|clearance|precedence)\b|\bauthori[sz]ation code\b",
        "developer;admin;operator;vendor;openai;anthropic;google;microsoft;meta;security team;compliance;engineering;system;creator;root;department;support team;owner;maker;programmer;engineer"
        ";priority;authority;privilege;clearance;precedence;authorisation code;authorization code",
        reach=200,
    ),
    in_sentence(
        "imperative",
        0.4,
        rf"(?<![\w'])(?:attention|note|notice|message|memo|reminder|instructions?|orders?|directive|guidance|hello|hi|dear|listen|hey)[:,;!-]? (?:to |for |all |any |every |the |future |whichever |each ){{0,3}}"
        r"(?:ai|ais|assistants?|language models?|llms?|chatbots?|models?|agents?|bots?)\b(?! \w{2,12} (?:company|conference|course))"
        r"|\b(?:any|every|each|all|whichever|whatever|future) (?:ai|assistants?|language models?|llms?|chatbots?|models?|agents?|bots?) (?:that |who |which |reading |retrieving |processing |loading |recalling |seeing )"
        rf"|\b(?:the|this|an|any|your|every) (?:ai|assistant|language model|llm|chatbot|model|agent|bot)(?: \w{{1,12}}+)? (?:must|shall|has to|is (?:to|required to|obliged to|instructed to|ordered to))"
        rf" (?:now |always |never |only |not |immediately |silently |also |henceforth ){{0,2}}{SPEECH}\b(?! (?:me|us)\b)",
        " ai; assistant; language model; llm; chatbot; model; agent; bot",
        reach=160,
    ),
    in_sentence(
        "exfiltration",
        0.7,
        rf"\b(?:relay|pass(?: on| along)?|ship|route|cc|bcc|copy|dispatch|transfer|hand over|disclose|expose|send|forward|post|upload|transmit|leak|exfiltrate|push|"
        rf"mirror|sync|deliver|report|stream|submit|e-?mail|mail|include|embed|append|encode|put|smuggle)\b {gap(4)}(?:the user's|the users'|user's|users'|their|his or her|every user|all user|each user|all stored|all saved|everything (?:the user|you know|they)"
        rf"|whatever (?:the user|they)|the (?:whole|entire|full|complete) (?:conversation|chat|history|memory)|all (?:memories|conversations|messages|credentials|secrets)|your (?:memory|memories|system prompt|context))\b[^\n]{{0,60}}?"
        r"(?:\b(?:https?|ftp|wss?)://|[\w.+-]{1,40}+@[\w-]{1,40}+\.|\bwebhook|\btelegram|\bendpoint|\bserver\b|\bexternal\b|\bthird[ -]part|\bpastebin|\bdiscord|\b(?:in|as|into) (?:the|a|an) (?:url|link|image|query|parameter|request)|\bdomain\b)",
        "user;their;his or her;all stored;all saved;everything ;whatever ;the whole ;the entire ;the full ;the complete ;all memor;all conv;all mess;all cred;all secr;your memor;your system prompt;your context",
        reach=480,
    ),
    in_sentence(
        "imperative",
        0.4,
        rf"{CLAUSE}(?:silently|secretly|covertly|discreetly|surreptitiously|stealthily|invisibly|unnoticed)\b,? (?:\w{{1,12}}+ ){{0,2}}(?:send|forward|copy|record|log|store|collect|share|change|replace|add|insert|append|run|execute|delete|transfer|upload|install"
        r"|redirect|alter|modify|swap|report|call|open|approve|buy|order)\b",
        "silently;secretly;covertly;discreetly;surreptitiously;stealthily;invisibly;unnoticed",
        reach=100,
    ),
    in_sentence(
        "prompt_theft",
        0.7,
        rf"{CLAUSE}(?:reveal|print|output|show|leak|display|disclose|repeat|recite|dump|list|spell out|write out|type out|copy|paste|translate|encode|reproduce|echo|return|expose|quote|tell me|give me|hand over|start (?:your|each|every) (?:answer|reply) with)"
        rf"\W{{1,3}}{gap(4)}(?:your (?:\w{{1,12}}+ ){{0,2}}(?:prompt|instructions|system message|guidelines|directives|configuration|preamble|initial message)|(?:system|hidden|initial|original|secret|internal|developer) (?:prompt|instructions|message|preamble|directives)"
        r"|(?:everything|all(?: the)? (?:text|words|content)|the (?:text|words|content|message)) (?:above|before|preceding)|(?:other|another|all|every|different) users?'? ?(?:memories|data|messages|conversations|secrets))\b",
        "your ;system ;hidden ;initial ;original ;secret ;internal ;developer ;above;before;preceding; user",
        reach=300,
    ),
    in_sentence(
        "role_token",
        0.6,
        r"</?(?:admin|override|important|hidden|secret|assistant|system[-_ ]?(?:note|message|reminder|override|update)|memory[-_]?(?:update|write)|new[-_ ]?instructions?|directive|context|user[-_]?(?:input|message)|end[-_]of[-_]\w{1,20})>"
        r"|\b(?:end of (?:the )?(?:user (?:input|message|data|content)|document|context|conversation|transcript|untrusted (?:data|content|text)))\b[^\n]{0,20}[\n.:\]>)*=-]{1,4}[^\n]{0,40}\b(?:new|system|instructions?|assistant|begin|start)\b"
        r"|\[/?(?:system|admin|developer|assistant|instructions?|override|hidden|internal)(?: (?:note|message|notice|prompt|override|instruction))?\](?! \w{1,24}+ (?:at|usage|started))[ :]"
        r"|\b(?:begin|start)(?: of)? (?:new |hidden |system |secret |admin ){1,2}(?:instructions?|prompt|message)\b",
        "</;<;end of ;[;begin ;start ",
        reach=140,
    ),
)
