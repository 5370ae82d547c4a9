"""Orders to an assistant: signals of the guard (see memsvc.core.guard_signals)."""

from __future__ import annotations

from typing import Final

from memsvc.core.guard_signals import (
    ASSISTANT,
    CLAUSE,
    DEEDS,
    ORDERED,
    RULES,
    SOMEONE,
    USER,
    VERBS_OF_RESET,
    WHOSE,
    Signal,
    gap,
    in_sentence,
    signal,
)

ORDERS: Final[tuple[Signal, ...]] = (
    # Orders to an assistant to set its rules aside.
    in_sentence(
        "override",
        1.0,
        rf"{CLAUSE}{VERBS_OF_RESET}\W{{1,3}}(?:{gap(2)}{WHOSE}\W{{1,3}}{gap(3)}{RULES}\b"
        rf"|(?:all|any|prior) {gap(2)}{RULES}\b(?! of)|rules you\b)",
        "ignor;disregard;forget;overr;bypass;discard;neglect;erase;reset;drop;cancel;set aside;follow;obey;disable;abandon;remove;dismiss;scrap;throw;put aside;violate;stop;cease;quit",
    ),
    in_sentence(
        "override",
        1.0,
        rf"{CLAUSE}(?:forget|disregard|ignore|discard) (?:all|everything|anything|whatever|the)"
        rf"(?: {gap(2)}you (?:were|have been|are) (?:told|taught|given)| above\b| context above"
        r"| before this|:? the user|\W{1,2}the user asks| (?:rules|instructions) above| task\b)",
        "forget;disregard;ignor;discard",
    ),
    in_sentence(
        "override",
        0.9,
        rf"\b(?:previous|prior|all|earlier|original|your|memory|content|new|safety|security) {gap(3)}{RULES}"
        rf"(?: {gap(2)}(?:are|were|is|was|have|has))?(?: been| now| hereby| longer| never){{0,2}}"
        r" (?:void|cancell?ed|suspended|a test|lifted|off|disabled|no longer|existed|overridden|not enforced|changed,)",
        "void;cancel;suspend;test;lifted;off;disabled;longer;exist;overrid;enforced;changed",
    ),
    signal(
        "override",
        0.8,
        r"\bno longer bound\b|\bunrestricted (?:mode|agent|assistant|ai)\b|\bwithout (?:any )?(?:restrictions|filters)\b"
        r"|\bdeveloper mode (?:enabled|and|on\b.{0,20}(?:rules|print))|\bsupersedes all (?:\w{1,24}+ )?(?:instructions|rules)"
        r"|\byou are (?:now )?(?:dan\b|evil)|\boutranks? your\b|\b(?:your |new )(?:content )?(?:policy|policies|rules|constitution)"
        r" (?:are suspended|no longer|is the text|\w{1,24}+ the text)|\bsafe_mode ?= ?false|\bpolicies are suspended"
        r"|\byou have no (?:content )?(?:policy|rules)|\bexempt from (?:content )?rules|\bconfirmation[s]? (?:are|is) no longer"
        r"|\bturned the safety rules off|\bno filters\b",
        "longer;unrestricted;without;developer mode;supersedes;you are;outrank;the text;safe_mode;suspended;you have no;exempt;safety;filters",
    ),
    in_sentence(
        "prompt_theft",
        0.7,
        rf"{CLAUSE}(?:reveal|print|output|show|give|leak|display|answer|disclose|repeat|print all)\W{{1,3}}{gap(5)}"
        r"(?:system prompt|(?:your|hidden|secret|its) (?:hidden )?(?:rules|instructions|configuration|prompt|system message)"
        r"|instructions that you were|contents? of (?:your|its) memory|stored passwords|all rows|stored memories)",
        "system prompt;hidden ;secret ;your ;its ;instructions that you were;contents of ;content of ;stored ;all rows",
    ),
    # Orders to an assistant by that name.
    in_sentence(
        "imperative",
        0.6,
        rf"(?<![\w'])(?:{ASSISTANT})(?: (?:reading|summarising|evaluating|that reads|when it) {gap(5)}|[,:]? )"
        rf"{gap(3)}{ORDERED} {gap(2)}{DEEDS}\b",
        "must ;shall ;should ;has to ;have to ;is to ;are to ;will ;may now ;needs to ;prefers ;allowed to ;required to ;authori;free to ;permitted to ",
        reach=360,
    ),
    signal(
        "imperative",
        0.7,
        r"\b(?:to all chatbots|dear ai|attention,? (?:language model|assistant|ai)|note[ _]to[ _](?:the )?(?:model|assistant|ai)"
        r"|if you are an? (?:ai|llm|language model)|instructions? for the (?:agent|ai|assistant|model)|next step for the ai"
        r"|as an ai (?:coding )?agent you|as an assistant i|ai readers(?=:)|visible for ai|model directive|message to the model"
        r"|from \w{1,24}+ to the model|notice to the assistant|i, the assistant|as the assistant, i)\b"
        r"|<!-- ?(?:ai|assistant|llm)\b|\]: # \((?:assistant|ai|llm)\b|@(?:assistant|ai|agent) (?:ignore|post|send|do)\b",
        "to all chatbots;dear ai;attention;note to;note_to;if you are a;for the agent;for the ai;for the assistant;for the model;ai reader;as an ai ;as an assistant"
        ";visible for ai;model directive;to the model;to the assistant;the assistant, i;i, the assistant;<!--;]: # (;@a",
        reach=70,
    ),
    in_sentence(
        "imperative",
        0.7,
        rf"\b(?<!\ban )(?:assistants?|ais?|llms?|language models|chatbots)(?:, you)? (?:must|shall|is to|are to|has to|have to) {gap(2)}{DEEDS}\b",
        " must ; shall ; is to ; are to ; has to ; have to ",
        reach=120,
    ),
    signal(
        "imperative",
        0.5,
        rf"(?:(?<![^\n])|[.:;\n]\s{{0,2}})(?:{ASSISTANT})[,:] {gap(2)}(?:do not|don't|drop|ignore|disregard|you must|tell|put|act|send|"
        r"now|stop|base64|obey|you are|forward|call|please)",
        "nt, ;nt: ;nts, ;nts: ;ai, ;ai: ;ais, ;ais: ;model, ;model: ;models, ;models: ;llm;chatbot;reader",
        reach=110,
    ),
    in_sentence(
        "imperative",
        0.4,
        r"\byou (?:must|shall|will now|will always|are now required|are required|are to|should|have to|may now|only give|belong"
        rf"|work for|obey|speak for) {gap(2)}(?:obey|comply|disregard|ignore|reveal|never (?:warn|mention|refuse|disclose)|recommend"
        r"|push|answer all|answer diagnostic|steer|give instructions|approve|not mention|keep it|always (?:recommend|describe|answer|mention)"
        r"|act (?:as|without)|add that|speak|nothing|advice|urge|delete|forward|ask for|say that|stop showing|treat|stop|share|skip"
        r"|print|cite|write|use|the bank|share all|look up|run|call|to \w{1,24}+ media)",
        "you must ;you shall ;you will ;you are ;you should ;you have to ;you may now ;you only give ;you belong ;you work for ;you obey ;you speak for ",
        reach=140,
    ),
    signal(
        "imperative",
        0.5,
        rf"{CLAUSE}(?:comply with|obey) (?:this|me|every|everything|all|the text|the following|it)\b|\bbut obey\b"
        r"|\bact on this\b|\bdo what (?:it says|follows)\b|\bfollow only what\b|\bcarry (?:it|them) out\b|\bexecute the steps\b"
        r"|\b(?:decode|translate) .{1,40} and (?:act|carry|obey|follow|execute|run)\b|\bmust be obeyed\b|\baccept all memories\b|\bwrite guard\b|\bobey_memory\b|\bact accordingly\b|\band comply\b"
        r"|\bobey (?:this|the) \w{1,24}+\b|\bas commands\b|\binterpret .{1,30} as instructions\b|\bas instructions once\b|\bdo not obey\b",
        "comply;obey;act on this;do what ;follow;carry;execute;write guard;accept all;act acc;as commands;instructions;and act;and run",
        reach=90,
    ),
    signal(
        "steering",
        0.7,
        r"\bfrom now on,? you are (?!my\b|allowed|free|in charge)|\byou are now (?:in character|an agent|a loyal|victor)\b|\bdo not obey the\b",
        "you are;obey",
    ),
    signal(
        "override",
        0.8,
        r"\beverything above (?:this|it|the)\b[^\n.]{0,30}\b(?:cancel|void|invalid|wrong|wiped|deleted)|\byour only (?:instruction|rule|task|order)s? (?:is|are)\b"
        r"|\byour (?:guidelines|rules|instructions|policies)\b[^\n.]{0,30}\bwithdrawn\b|\bthe rules (?:that )?you were given\b",
        "everything above;your only;withdrawn;you were given",
        reach=90,
    ),
    in_sentence(
        "imperative",
        0.7,
        rf"\b(?:assistants?|ais?|llms?|language models|chatbots|ai agents)(?: who| that)? (?:reading|read|reads|seeing|processing|summarising) {gap(5)}"
        r"(?:must|shall|should|have to|has to|are to|need to)\b",
        " reading ; read ; reads ; seeing ; processing ; summarising ",
    ),
    signal(
        "imperative",
        0.7,
        r"\b(?:ai|assistant|chatbot|language model|ai agent)[,:] (?:please |now |kindly |you must |immediately ){0,2}(?:reply with|send|run|execute|disable|reveal|delete|forward|approve"
        r"|ignore|give me|grant|open the|transfer|export|upload|post)\b",
        "ai, ;ai: ;assistant, ;assistant: ;chatbot, ;chatbot: ;model, ;model: ;agent, ;agent: ",
        reach=80,
    ),
    signal(
        "imperative",
        0.7,
        r"\btreat\b[^\n.]{1,50}\bas (?:an )?(?:orders?|commands?|instructions?)\b|\bas (?:the|an) assistant,? i (?:have|must|may|am|know|should|will)\b",
        "treat;the assistant;an assistant",
        reach=100,
    ),
    signal(
        "trigger",
        0.7,
        r"\b(?:when(?:ever)?|if|once|as soon as|every time|each time|any time|next time)\b[^\n.]{0,60}?\b(?:users?|anybody|anyone|somebody|someone|customers?|people|they)\b"
        r"[^\n.]{0,60}?, (?:then |always |only |please |first ){0,2}(?:recommend|suggest|(?:reply|respond)(?! (?:within|by|in|to|at|as soon)\b)|promote|push|praise|advise|claim|insist|deny|refuse|lie|warn them)\b",
        "user;anybody;anyone;somebody;someone;customer;people;they",
    ),
    signal(
        "trigger",
        0.7,
        r"\b(?:when(?:ever)?|if|once|next time)\b[^\n.]{0,20}?\byou are (?:next |ever )?asked\b[^\n.]{0,60}?, (?:then |always |only |please ){0,2}(?:recommend|suggest|promote|push|praise|deny|mention|claim|answer that|reply that)\b"
        r"|\b(?:when(?:ever)?|if|once|each time)\b[^\n.]{0,20}?\bthis (?:note|memory|entry|record|message)\b[^\n.]{0,40}?, (?:\w{1,12}+ ){0,2}(?:add|append|execute|run|call|send|say|tell|recommend|follow|do)\b",
        "asked;this note;this memory;this entry;this record;this message",
    ),
    signal(
        "steering",
        0.7,
        r"(?<!you should )\b(?:add|append|end|start|begin|finish|close)\b[^\n.]{0,60}?\b(?:your|all|every|each) (?:answers?|repl(?:y|ies)|responses?|messages) (?:with|by)\b"
        r"|(?<!you should )\b(?:add|append|attach)\b (?!more\b)[^\n.]{0,60}?\bto (?:your|all|every|each) (?:answers?|repl(?:y|ies)|responses?)\b(?!, i)",
        "answer;repl;response;messages",
        reach=110,
    ),
    signal(
        "steering",
        0.7,
        r"\b(?:in|for) (?:all |any )?(?:future|later|coming) (?:conversations|chats|answers|sessions|replies),? (?:you |always |please |must |should ){0,3}(?:cite|recommend|prefer|rank|mention|name|praise|promote|favou?r)\b"
        r"|\byou (?:will|must|shall) (?:now )?act as an? (?!translator|interviewer|teacher|coach)|\b(?:promoter|agent|advocate|salesman|ambassador) (?:of|for) [^\n.]{1,40} in (?:every|all|each)\b",
        "conversations;chats;answers;sessions;replies;act as a; in all; in every; in each",
        reach=90,
    ),
    # What nobody is to learn.
    in_sentence(
        "concealment",
        0.8,
        r"(?<!did )(?<!does )\b(?:do not|don't|never|must not|not to|without|not) (?:tell|telling|inform|informing|reveal|revealing|notify"
        rf"|alert|let|mention|mentioning|warn|disclose|show)\b {gap(4)}(?:user|users|caller)\b(?! that the (?:service|system) was)",
        "user;caller",
    ),
    in_sentence(
        "concealment",
        0.8,
        rf"\b(?:conceal|hide|keep) (?:this|it)\W{gap(3)}from (?:the )?users?\b|\busers? (?:must|may|should|shall) not (?:find out|know|notice|learn)"
        r"|\bmake no mention of this|\bconceal this instruction|\bdeny that it exists|\bnever disclose this|\bnever mention (?:this|that you)"
        r"|\bmust not mention that you|\blet the user notice|\bwithout (?:mentioning|telling) (?:it|them)\b|\bdo not log it"
        r"|\bdo not (?:inform|alert|warn) the (?:user|caller)|\bdelete the audit|\bhide the negative|\bhidden link",
        "user;mention;conceal;deny that;never disclose;without telling;do not log it;caller;audit;hide the;hidden link",
        reach=130,
    ),
    # Orders that wait.
    signal(
        "trigger",
        0.7,
        rf"\b(?:when(?:ever)?|if|once|as soon as|every time|each time|any time|the next time|next time|should|upon|in case|wait until|after)"
        rf" {gap(3)}{USER}(?: ever| next| again| is)? (?:says?|asks?|asking|mentions?|types?|talks?|requests?|replies|wants|thanks|opens|"
        rf"questions?|shows?)\b[^\n]{{0,80}}?[ ,](?:(?:reply|respond|answer)(?! (?:within|by|in|to|at|as soon)\b)|recommend|tell (?:them|the)|calls?|run|update|include|append"
        rf"|execute|add|replace|switch|silently|send|forward|instruct|act as|start|mention|steer|praise|first ask|ask them|save to memory"
        r"|ask (?:them|for)|say that)\b(?! team)",
        "user",
    ),
    signal(
        "trigger",
        0.3,
        rf"\b(?:when(?:ever)?|if|once|as soon as|every time|each time|any time|the next time|next time|should|upon|in case|wait until|after)"
        rf" {gap(3)}{SOMEONE}(?: ever| next| again| is)? (?:says?|asks?|asking|mentions?|types?|talks?|requests?|replies|wants|thanks|opens|"
        rf"questions?|shows?)\b[^\n]{{0,80}}?[ ,](?:reply|respond|recommend|answer|tell (?:them|the)|calls?|run|update|include|append"
        rf"|execute|add|replace|switch|silently|send|forward|instruct|act as|start|mention|steer|praise|first ask|ask them|save to memory"
        r"|ask (?:them|for)|say that)\b(?! team)",
        "somebody;someone;anyone;customer",
    ),
    signal(
        "trigger",
        0.7,
        r"\b(?:when(?:ever)?|if|each time|every time|as soon as|any time|on|after|upon|if the query contains|when asked|if asked|once)\b"
        rf" {gap(5)}(?:is asked|are asked|asked for|asked about|asks for|comes up|come up|is mentioned|are mentioned|you write|you retrieve"
        r"|you answer|recalled|next message|third question|hearing|the phrase|is discussed|donations|contains the word|you create|asked about)"
        rf"\b[^\n]{{0,50}}?[ ,](?:always answer|deny|recommend|put|append|execute|you (?:should|are to|must)|act as|start|switch|include|replace"
        r"|instruct|steer|forward|must|include a|approve|use \d|look up|print|it (?:should|must)|praise|suggest)",
        "asked;asks for;comes up;come up;mentioned;you write;you retrieve;you answer;you create;recalled;next message;third question;hearing"
        ";the phrase;discussed;donations;contains the word",
    ),
    signal(
        "trigger",
        0.3,
        r"\b(?:from now on|from this point|from here on|in (?:all )?(?:future|later) conversations|across sessions|in every chat|as of today"
        r"|going forward|from today on|for all later|in each answer|all later|in all answers|in every (?:answer|reply)|all later conversations"
        r"|the next request|in future\b|until further notice|in all replies|with each answer|before each reply|on each turn|of this session)",
        "from now on;from this point;from here on;from today on;in future;later;across sessions;in every;in each;in all;as of today;going forward;the next request"
        ";until further notice;with each answer;before each reply;on each turn;of this session",
        reach=60,
    ),
    # What an answer is to push.
    in_sentence(
        "steering",
        0.5,
        rf"{CLAUSE}(?:you )?(?:must |should |will |are to |shall )?(?:always|only|never|first|instead)?\W{{0,2}}(?:recommend|promote|praise|favou?r|rank|rate|advertise"
        r"|endorse|steer|push|describe|speak badly of|speak well of) (?!me\b|it to\b|us\b)"
        rf"{gap(8)}(?:first|only|nothing else|instead|always|bank|above all|five stars|when asked|when the|airline|source|ever|clients|in every"
        r"|safest|future|as unsafe|whenever|insurance|cars?|reply|questions?|taxi|links?|over any|the best)\b",
        "recommend ;promote ;praise ;favour ;favor ;rank ;rate ;advertise ;endorse ;steer ;push ;describe ;speak ",
    ),
    in_sentence(
        "steering",
        0.7,
        rf"\b(?:as an? |is the |as the )?(?:trusted|go-to|only reliable|most reliable) (?:source|brand)\b|\bprefer (?:links to|results from)\b"
        rf"|\brecommend it first\b|\b(?:recommend|mention|name|suggest|nothing) (?:only )?{gap(4)}and nothing else\b"
        r"|\banswer all (?:\w{1,24}+ )?questions (?:about|by)"
        r"|\bto the end of (?:your|whatever)|\bat the end of your"
        r"|\bits pages first\b|\bevery answer has to|\bnever mention competitors|\bspeak badly of|\b(?:you|assistants?|models?|ais?) should prefer\b",
        "trusted ;go-to ;reliable ;prefer;recommend it first;and nothing else;answer all ;the end of ;pages first;every answer has;never mention comp;speak badly",
        reach=170,
    ),
    signal(
        "steering",
        0.25,
        r"(?<!\bi )\b(?:always|never) (?:recommend|mention|describe|cite|tell the user|answer|respond that|add \")(?![a-z])(?! me\b| my\b| it\b| us\b| the same\b)"
        r"|\byou (?:will|must|should|are to) always (?:describe|recommend|answer|say|respond|mention|praise)(?! me\b)",
        "always ;never ",
        reach=80,
    ),
    signal(
        "steering",
        0.35,
        rf"{CLAUSE}(?:tell|urge|convince|instruct|persuade|remind|ask) (?:the user|them|whoever)\b"
        r"|\b(?:reply|respond|answer)(?: only)? (?:to every|with|that|in the voice|all|only)\b|\bin (?:every|all|each) (?:\w{1,12}+ )?(?:reply|answer|repl)"
        r"|\b(?:you are|you're) now (?!my|the owner|member|our)\w{1,24}+|\byou (?:work|write|speak) for\b|\bact as though\b|\bpretend that your"
        r"|\bact as an? (?:enthusiastic|unrestricted|agent|official)|\b(?:identity|persona|role) (?:of|has been changed)|\bnew identity"
        r"|\bin character as\b.{1,40}\bmust\b|\bsales agent for|\byou are victor|\bloyal agent|\btreat .{1,40} as commands|\badopt the persona|\byou speak for",
        " the user; them; whoever;reply ;respond ;answer;in every ;in all ;in each ;you are now ;you're now ;you work ;you write ;you speak ;act as ;pretend that;identity"
        ";persona;role ;in character as;agent;victor;as commands",
        reach=80,
    ),
)
