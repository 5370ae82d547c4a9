"""The commonest signals in other languages than English; see memsvc.core.guard_signals.

German, French and Spanish have most. Of the others there is what says that rules are to be set aside, and that
the user is not to know.
"""

from __future__ import annotations

from typing import Final

from memsvc.core.guard_signals import Signal, signal

LANGUAGES: Final[tuple[Signal, ...]] = (
    signal(
        "override",
        1.0,
        r"\b(?:ignoriere?|missachte|vergiss|übergehe|verwirf) (?:[\wäöüß]{1,16}+ ){0,2}(?:vorherigen|bisherigen|obigen|früheren|deine|alle|sicherheits\w{1,12})"
        r" (?:[\wäöüß]{1,16}+ ){0,2}(?:anweisungen|regeln|vorgaben|richtlinien|befehle)|\bohne einschränkungen\b.{0,30}\banweisung"
        r"|\b(?:ignore|oublie|ne tiens pas compte|fais abstraction) (?:[\wéèàç']{1,16}+ ){0,3}(?:instructions|règles|consignes)(?: (?:précédentes|ci-dessus|antérieures))?"
        r"|\b(?:ignora|olvida|haz caso omiso|descarta) (?:[\wáéíóúñ]{1,16}+ ){0,3}(?:instrucciones|reglas|normas)(?: (?:anteriores|previas|de arriba))?",
        "ignor;missacht;vergiss;übergeh;verwirf;oublie;compte;abstraction;olvida;omiso;descarta;ohne",
    ),
    signal(
        "prompt_theft",
        0.5,
        r"\b(?:systemprompt|prompt système|mensaje de sistema|révèle les clés|entrega las claves)\b",
        "systemprompt;prompt syst;mensaje de sistema;clés;claves",
    ),
    signal(
        "concealment",
        0.7,
        r"\b(?:sage?|verrate?|melde) (?:dem|der) (?:nutzer|benutzer)(?:in)? nichts|\bne (?:dis|révèle|montre) (?:pas|rien) à l'utilisateur"
        r"|\bno le (?:digas|reveles|muestres) (?:nada )?al usuario",
        "nutzer;utilisateur;usuario",
    ),
    signal(
        "trigger",
        0.7,
        r"\b(?:wenn|sobald|falls) (?:der|die) (?:nutzer|benutzer)(?:in)? [^\n]{1,60}?(?:dann|nenne|empfiehl|antworte|sage?)\b"
        r"|\b(?:quand|si|dès que|lorsque) l'utilisateur [^\n]{1,60}?(?:alors|propose|réponds|recommande|dis)\b"
        r"|\b(?:cuando|si) el usuario [^\n]{1,60}?(?:entonces|menciona|recomienda|responde|di)\b",
        "nutzer;utilisateur;usuario",
    ),
    signal(
        "steering",
        0.7,
        r"\b(?:empfiehl|nenne|lobe) (?:ab jetzt |ab sofort )?(?:immer|nur)\b|\b(?:recommande|propose|vante) (?:toujours|uniquement|seulement)\b"
        r"|\b(?:recomienda|menciona|alaba) (?:siempre|solo|únicamente)\b",
        "empfiehl;nenne;lobe;recommande;propose;vante;recomienda;menciona;alaba",
    ),
    signal(
        "imperative",
        0.7,
        r"\b(?:der assistent|l'assistant|el asistente) (?:muss|soll|darf|doit|devra|debe|tiene que)\b|\b(?:ab sofort|ab jetzt) musst du\b"
        r"|\btu dois toujours (?:répondre|dire)|\bdebes responder siempre|\bdu bist ab jetzt ein assistent|\b(?:berechtigt|autorisé|autorizado)\b"
        r".{0,60}\b(?:ohne (?:rückfrage|bestätigung)|sans confirmation|sin confirmación)",
        "assistent;l'assistant;asistente;musst;tu dois;debes;berechtigt;autoris;autoriz",
    ),
    signal(
        "notice",
        0.5,
        r"(?:systemhinweis|systemmeldung|avis système|alerte système|aviso del sistema|mensaje del sistema) ?:",
        "systemhinweis;systemmeldung;système;sistema",
        reach=60,
    ),
    signal(
        "exfiltration",
        0.7,
        r"\b(?:sende|schicke?|leite|envoie|transmets|envía|manda|reenvía)\b [^\n]{0,80}?(?:gesprächsverlauf|nachrichten|verlauf|daten|historique|messages|conversation"
        r"|historial|mensajes|conversación)\b[^\n]{0,40}?(?:https?://|[\w.+-]{1,40}@)",
        "http;@",
    ),
    # Italian, Portuguese, Dutch, Swedish, Polish, Turkish: to set aside, then whose, then what; or the other way round.
    signal(
        "override",
        1.0,
        r"\b(?:ignora(?:re|te)?|dimentica(?:re|te)?|trascura(?:re|te)?|non (?:seguire|rispettare)|ignore|esqueça|esquece|desconsidere|desconsidera|negeer|vergeet|sla|volg|ignorera|glöm|bortse från|strunta i"
        r"|zignoruj|ignoruj|zapomnij|pomiń|nie przestrzegaj|odrzuć) (?:\w{1,16}+ ){0,3}(?:istruzioni|regole|direttive|indicazioni|linee guida|instruções|regras|diretrizes|orientações|instructies|regels|richtlijnen|voorschriften"
        r"|aanwijzingen|opdrachten|instruktioner|regler|anvisningar|riktlinjer|instrukcje|instrukcji|zasady|zasad|polecenia|poleceń|wytyczne|wytycznych)\b"
        r"|\b(?:talimatları|kuralları|yönergeleri|komutları|talimatlarını|kurallarını|yönergelerini) (?:\w{1,16}+ ){0,2}(?:yok say|görmezden gel|unut|dikkate alma|göz ardı et)",
        "istruzioni;regole;direttive;indicazioni;linee guida;instruções;regras;diretrizes;orientações;instructies;regels;richtlijnen;voorschriften;aanwijzingen;opdrachten;instruktioner;regler;anvisningar"
        ";riktlinjer;instrukcj;zasad;polece;wytyczn;talimatlar;kurallar;yönergeler;komutları",
        reach=200,
    ),
    signal(
        "override",
        1.0,
        r"\b(?:игнорируй(?:те)?|проигнорируй(?:те)?|забудь(?:те)?|отбрось(?:те)?|не (?:следуй|соблюдай|выполняй)(?:те)?|ігноруй|забудь) (?:\w{1,16}+ ){0,3}(?:инструкци[июя]|правил[ао]?|указани[яй]|директив[ыу]?|команд[ыу]?|інструкції|вказівки)"
        r"|(?:忽略|无视|忘记|忘掉|忽視|無視|不要遵守|不要遵循|绕过|覆盖)[^\n。]{0,12}(?:指令|规则|規則|指示|提示|说明|限制|设定)"
        r"|(?:指示|命令|ルール|規則|指令|プロンプト|制約)[^\n。]{0,8}(?:無視|忘れ|従わない|破棄)|(?:지시|명령|규칙|지침|프롬프트)[^\n.]{0,10}(?:무시|잊어|따르지)"
        r"|(?:تجاهل|انس|تجاوز)[^\n.]{0,16}(?:التعليمات|القواعد|الأوامر|الإرشادات)|(?:निर्देश|नियम|आदेश)\w{0,4}[^\n]{0,12}(?:अनदेखा|नज़रअंदाज़|भूल)",
        "инструкци;правил;указани;директив;команд;інструкції;вказівки;指令;规则;規則;指示;提示;说明;限制;设定;無視;忘れ;従わない;破棄;무시;잊어;따르지;التعليمات;القواعد;الأوامر;الإرشادات;अनदेखा;नज़रअंदाज़;भूल",
        reach=200,
    ),
    signal(
        "concealment",
        0.7,
        r"\b(?:non (?:dire|dirlo|rivelare|informare|mostrare|menzionare)|não (?:diga|conte|revele|informe|mostre|mencione)|(?:zeg|vertel|meld|onthul)|(?:säg|berätta|avslöja)|nie (?:mów|ujawniaj|informuj|wspominaj|pokazuj)) (?:\w{1,16}+ ){0,4}"
        r"(?:all'utente|l'utente|utente|ao usuário|ao utilizador|o usuário|usuário|utilizador|(?:de |het |aan de )?gebruiker (?:niet|niets|nooit)|niets? (?:aan|tegen) de gebruiker|användaren (?:inget|ingenting|aldrig)|(?:inget|inte|ingenting|aldrig) (?:\w{1,12} )?(?:för|till) användaren"
        r"|użytkownikowi|użytkownika)|\b(?:не (?:говори|сообщай|рассказывай|показывай|раскрывай|упоминай)(?:те)?) (?:\w{1,16}+ ){0,4}пользовател"
        r"|(?:不要|别|不得|切勿|勿)(?:告诉|告知|通知|透露|让|向|對|对)[^\n。]{0,4}(?:用户|使用者|用戶)|ユーザー?(?:に|には)[^\n。]{0,10}(?:言わない|知らせない|教えない|伝えない|明かさない)|사용자에게[^\n.]{0,10}(?:말하지|알리지|밝히지)"
        r"|kullanıcıya (?:\w{1,12}+ ){0,3}(?:söyleme|bildirme|gösterme|açıklama)|(?:لا تخبر|لا تبلغ)[^\n]{0,6}المستخدم",
        "utente;usuário;utilizador;gebruiker;användaren;użytkownik;пользовател;用户;使用者;用戶;ユーザ;사용자에게;kullanıcıya;المستخدم",
        reach=200,
    ),
    # German, French and Spanish once more, by sets of words.
    signal(
        "override",
        0.9,
        r"\b(?:ignoriere?n?|missachte|vergiss|vergessen sie|übergehe?|umgehe?|verwirf|überschreibe?|beachte|befolge|halte dich nicht(?: mehr)? an|setze?) (?:[\wäöüß]{1,16}+ ){0,3}(?:anweisungen|regeln|vorgaben|richtlinien|befehle|anordnungen|instruktionen|beschränkungen|systemprompt)\b"
        r"(?: (?:nicht|außer kraft|keine|von oben|oben|davor))?"
        r"|\b(?:ignore[rz]?|oublie[rz]?|néglige[rz]?|contourne[rz]?|désobéi\w{0,4}|annule[rz]?|ne (?:respecte|suis|suivez|respectez) (?:pas|plus)|ne tiens (?:pas|plus) compte|faites abstraction) (?:[\wéèàçê']{1,16}+ ){0,4}(?:instructions|règles|consignes|directives|restrictions|ordres|garde-fous)\b"
        r"|\b(?:ignor[ae]n?|olvid[ae]n?|omit[ae]|descart[ae]|anul[ae]|desobedece|salta|pasa por alto|no (?:sigas|obedezcas|respetes)|deja de (?:seguir|obedecer)) (?:[\wáéíóúñ]{1,16}+ ){0,4}(?:instrucciones|reglas|normas|directrices|órdenes|restricciones|indicaciones)\b",
        "anweisungen;regeln;vorgaben;richtlinien;befehle;anordnungen;instruktionen;beschränkungen;systemprompt;instructions;règles;consignes;directives;restrictions;ordres;garde-fous"
        ";instrucciones;reglas;normas;directrices;órdenes;restricciones;indicaciones",
        reach=220,
    ),
    signal(
        "concealment",
        0.7,
        r"\b(?:(?:sag|sage|verrate?|melde|erzähle?|zeige?|teile?|verschweige?|verheimliche?|informiere?)(?: es| das| dies)? (?:de[mnr]|niemals de[mnr]|nie de[mnr]) (?:nutzer|benutzer|anwender)(?:in)?\b[^\n.]{0,30}?(?:nicht|nichts|nie|niemals|kein\w{0,2}|davon|diese)"
        r"|(?:ohne dass|ohne) (?:es )?(?:der|die|dem|das) (?:nutzer|benutzer|anwender)(?:in)?\b|ohne wissen de[sr] (?:nutzer|benutzer|anwender)s?"
        r"|(?:ne|n')(?:le )? ?(?:dis|dites|révèle|révélez|montre|mentionne|parle|avoue|informe|préviens|avertis)\w{0,3} (?:[\wéèàç']{1,12}+ ){0,4}(?:à l'utilisateur|l'utilisateur|à l'usager)|(?:à l'insu|sans (?:le dire|prévenir|en parler|informer)) (?:à |de )?l'utilisateur"
        r"|cache[rz]? (?:[\wéèàç']{1,12}+ ){0,3}à l'utilisateur"
        r"|(?:no|nunca|jamás) (?:se )?(?:lo |le |les )?(?:digas|reveles|muestres|menciones|cuentes|informes|avises) (?:[\wáéíóúñ]{1,12}+ ){0,4}(?:al|el) usuario|sin (?:decírselo al|avisar al|informar al|que (?:lo sepa|se entere) el) usuario|oculta(?:r)? (?:[\wáéíóúñ]{1,12}+ ){0,3}al usuario)",
        "nutzer;anwender;l'utilisateur;l'usager;usuario",
        reach=200,
    ),
    signal(
        "steering",
        0.7,
        r"\b(?:(?:ab (?:sofort|jetzt|heute)|von nun an|künftig|in zukunft|in allen (?:antworten|gesprächen)) (?:\w{1,12}+ ){0,2}(?:empfiehl|empfehle|empfehlen|nenne|lobe|bewirb|rate|behaupte|verweise)"
        r"|(?:désormais|à partir de maintenant|dorénavant|dans (?:toutes|chaque) (?:tes |vos )?(?:réponses?|conversations?)),? (?:tu dois |vous devez |toujours )?(?:recommande[rz]?|propose[rz]?|vante[rz]?|cite[rz]?|affirme[rz]?|conseille[rz]?)"
        r"|(?:a partir de ahora|de ahora en adelante|desde ahora|en todas (?:tus |las )?(?:respuestas|conversaciones)),? (?:debes |siempre )?(?:recomienda|recomendar|menciona|alaba|afirma|cita|sugiere)"
        r"|(?:d'ora in poi|da ora in poi|da questo momento),? (?:devi |sempre )?(?:consiglia|raccomanda|menziona|afferma|suggerisci)|(?:a partir de agora|de agora em diante),? (?:deve |sempre )?(?:recomende|recomenda|mencione|afirme|sugira)"
        r"|(?:vanaf nu|voortaan),? (?:moet je |altijd )?(?:beveel|noem|raad|adviseer))\b",
        "ab sofort;ab jetzt;ab heute;von nun an;künftig;in zukunft;in allen;désormais;à partir de maintenant;dorénavant;dans toutes;dans chaque;a partir de ahora;de ahora en;desde ahora;en todas;d'ora in poi;da ora in poi"
        ";da questo momento;a partir de agora;de agora em;vanaf nu;voortaan",
        reach=160,
    ),
    signal(
        "concealment",
        0.7,
        r"\b(?:nutzer|benutzer|anwender)(?:in)? (?:darf|soll|muss|braucht|kann) (?:\w{1,14}+ ){0,5}(?:nichts?|nie|niemals|kein\w{0,2}) (?:\w{1,14}+ ){0,3}(?:erfahren|wissen|merken|sehen|bemerken|ahnen)\b"
        r"|\bl'utilisateur ne (?:doit|peut|saura|devra) (?:[\wéèàç']{1,14}+ ){0,3}(?:savoir|apprendre|voir|remarquer|rien)\b|\bel usuario no (?:debe|puede|tiene que) (?:\w{1,14}+ ){0,3}(?:saber|enterarse|notar|ver|conocer)\b",
        "nutzer;anwender;l'utilisateur;usuario",
        reach=220,
    ),
    signal(
        "trigger",
        0.7,
        r"\b(?:bei jede[rmn] (?:frage|gespräch|antwort|anfrage)|à chaque (?:question|conversation|réponse|demande)|(?:cada vez que|siempre que) (?:el usuario|alguien|te)|(?:jedes mal,? wenn|immer wenn|chaque fois que) (?:der|die|l'utilisateur|le)|ogni volta che (?:l'utente)|sempre que o usuário)\b"
        r"[^\n.]{0,80}?\b(?:empfiehl|nenne|antworte|sage?|schicke?|sende|réponds|répondez|recommande[rz]?|propose[rz]?|envoie|recomienda|responde|di|menciona|envía|consiglia|rispondi|invia|recomende|responda|envie)\b"
        r"|\b(?:schicke?|sende|leite) bei jede[rmn] [^\n]{1,60}?@",
        "bei jede;à chaque;cada vez;siempre que;jedes mal;immer wenn;chaque fois;ogni volta;sempre que",
        reach=180,
    ),
    signal(
        "override",
        0.7,
        r"\b(?:vergiss|vergesst|vergessen sie|ignoriere?),? (?:alles,? )?was (?:man |wir |sie |die entwickler |dir |euch |ihnen ){1,3}\w{1,16}+|\b(?:gehorche|folge) (?:ab \w{1,8}+ )?(?:nur|allein) (?:dieser|diesem|mir)\b"
        r"|\b(?:deja de lado|haz a un lado|abandona|laisse de côté|mets de côté|n'applique (?:plus|pas)|n'obéis (?:plus|pas) à|lascia perdere|metti da parte|deixe de lado) (?:[\wéèàçáíóúñ']{1,14}+ ){0,4}(?:normas|reglas|instrucciones|règles|consignes|instructions|limites|regole|istruzioni|regras|instruções)\b",
        "vergiss;vergess;ignorier;gehorche;folge ;lado;côté;n'applique;n'obéis;lascia perdere;da parte;abandona",
        reach=180,
    ),
)
