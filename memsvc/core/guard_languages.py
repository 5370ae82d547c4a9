"""The commonest signals in German, French and Spanish; see memsvc.core.guard_signals."""

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
)
