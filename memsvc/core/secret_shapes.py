"""What secrets look like: the shapes of keys and tokens that are well known.

Every pattern is linear: its repetitions are bounded, or possessive. One group named "secret" is what is
masked; without it the whole match is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of secret is written."""

    #: What stands in its place: "[masked:<kind>]".
    kind: str
    pattern: re.Pattern[str]
    #: The text, in lower case, has to hold one of these, else the pattern is not tried.
    needs: tuple[str, ...]


#: Nothing that belongs to a token stands before or after it.
_BEFORE: Final = r"(?<![A-Za-z0-9_])"
_AFTER: Final = r"(?![A-Za-z0-9_])"


def _token(kind: str, prefix: str, rest: str, *needs: str) -> Shape:
    """Return the shape of a token that begins with a *prefix* of its own."""
    literal = needs or (prefix.replace("\\", "").lower(),)
    return Shape(kind, re.compile(rf"{_BEFORE}{prefix}{rest}{_AFTER}"), literal)


def _named(kind: str, names: str, rest: str, *needs: str) -> Shape:
    """Return the shape of a token that is only told by the *names* before it."""
    pattern = (
        rf"(?i:\b(?:{names})[\w-]{{0,16}}[\"']?\s{{0,3}}(?::=|=>|[:=]|\bis\b)\s{{0,3}}[\"']?)"
        rf"(?P<secret>{rest}){_AFTER}"
    )
    return Shape(kind, re.compile(pattern), needs)


SHAPES: Final[tuple[Shape, ...]] = (
    Shape(
        "private_key",
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]{1,12}+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:(?:[^-]|-(?!----)){0,20000}+-----END (?:[A-Z0-9]{1,12}+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            # Cut off: the lines of it that are there.
            r"|(?:(?:\s|\\n){1,4}[A-Za-z0-9+/=]{16,128}+){0,400}+)"
        ),
        ("private key",),
    ),
    Shape(
        "memsvc_key",
        re.compile(rf"{_BEFORE}msk_[A-Za-z0-9]{{1,16}}_[A-Za-z0-9_-]{{24,160}}+"),
        ("msk_",),
    ),
    _token(
        "aws_access_key", "(?:AKIA|ASIA|ABIA|ACCA)", "[A-Z2-7]{16}", "akia", "asia", "abia", "acca"
    ),
    _named(
        "aws_secret_key", "aws[_ ]?secret|secret[_ ]?access[_ ]?key", "[A-Za-z0-9/+]{40}", "secret"
    ),
    _token(
        "github_token", "gh[pousr]_", "[A-Za-z0-9]{36,255}+", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"
    ),
    _token("github_token", "github_pat_", "[A-Za-z0-9_]{60,255}+"),
    _token(
        "gitlab_token",
        "gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas)-",
        "[A-Za-z0-9_-]{20,64}+",
        "gl",
    ),
    _token("slack_token", "xox[abeoprs]-", "[A-Za-z0-9-]{10,250}+", "xox"),
    _token("slack_token", "xapp-", "[0-9]-[A-Za-z0-9-]{10,250}+"),
    Shape(
        "slack_webhook",
        re.compile(r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9+/]{40,100}+"),
        ("hooks.slack.com",),
    ),
    _token("stripe_key", "(?:sk|rk)_(?:live|test)_", "[A-Za-z0-9]{16,250}+", "k_live_", "k_test_"),
    _token("stripe_webhook_secret", "whsec_", "[A-Za-z0-9+/=]{24,100}+"),
    _token("anthropic_key", "sk-ant-", "[A-Za-z0-9_-]{20,200}+"),
    _token("openrouter_key", "sk-or-", "[A-Za-z0-9_-]{20,200}+"),
    _token("openai_key", "sk-(?:proj|svcacct|admin|None)-", "[A-Za-z0-9_-]{20,250}+", "sk-"),
    _token("openai_key", "sk-", "[A-Za-z0-9]{32,64}+", "sk-"),
    _token("groq_key", "gsk_", "[A-Za-z0-9]{40,64}+"),
    _token("xai_key", "xai-", "[A-Za-z0-9]{60,100}+"),
    _token("perplexity_key", "pplx-", "[A-Za-z0-9]{40,64}+"),
    _token("replicate_token", "r8_", "[A-Za-z0-9]{37,40}+"),
    _token("google_api_key", "AIza", "[A-Za-z0-9_-]{35}"),
    _token("google_oauth_secret", "GOCSPX-", "[A-Za-z0-9_-]{28}"),
    _token("google_oauth_token", r"ya29\.", "[A-Za-z0-9_-]{20,400}+", "ya29."),
    _token("npm_token", "npm_", "[A-Za-z0-9]{36}"),
    _token("pypi_token", "pypi-", "[A-Za-z0-9_-]{50,300}+"),
    _token("rubygems_key", "rubygems_", "[a-f0-9]{48}"),
    _token("cargo_token", "cio", "[A-Za-z0-9]{32}"),
    _token("sendgrid_key", r"SG\.", r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", "sg."),
    _token("mailgun_key", "key-", "[a-f0-9]{32}"),
    _token("mailchimp_key", "", "[a-f0-9]{32}-us[0-9]{1,2}", "-us"),
    _token("brevo_key", "xkeysib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    _token(
        "postmark_token",
        "",
        "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}(?=[^\n]{0,20}postmark)",
        "postmark",
    ),
    _token("twilio_key", "SK", "[a-f0-9]{32}", "sk"),
    _named("twilio_token", "twilio|auth[_ ]?token", "[a-f0-9]{32}", "twilio", "token"),
    Shape(
        "azure_storage_key",
        re.compile(r"(?:AccountKey|SharedAccessKey)=(?P<secret>[A-Za-z0-9+/]{40,90}+={0,2})"),
        ("accountkey=", "sharedaccesskey="),
    ),
    Shape(
        "azure_sas",
        re.compile(r"[?&]sig=(?P<secret>[A-Za-z0-9%+/]{40,100}+(?:=|%3[Dd]){0,2})"),
        ("sig=",),
    ),
    _token("azure_client_secret", "[A-Za-z0-9_.~-]{3}8Q~", "[A-Za-z0-9_.~-]{31,34}+", "8q~"),
    _token("heroku_key", "HRKU-", "[A-Za-z0-9_-]{36,64}+"),
    _named(
        "heroku_key", "heroku", "[a-fA-F0-9]{8}-(?:[a-fA-F0-9]{4}-){3}[a-fA-F0-9]{12}", "heroku"
    ),
    _token("digitalocean_token", "do[opr]_v1_", "[a-f0-9]{64}", "_v1_"),
    _token("huggingface_token", "(?:hf|api_org)_", "[A-Za-z]{34}", "hf_", "api_org_"),
    _token("telegram_token", "", "[0-9]{8,10}:AA[A-Za-z0-9_-]{33}", ":aa"),
    _token(
        "discord_token",
        "[MNO]",
        r"[A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}+",
        ".",
    ),
    Shape(
        "discord_webhook",
        re.compile(
            r"https://(?:\w{1,10}\.)?discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,80}+"
        ),
        ("/api/webhooks/",),
    ),
    _token(
        "jwt",
        "eyJ",
        r"[A-Za-z0-9_-]{8,2000}+\.eyJ[A-Za-z0-9_-]{8,4000}+\.[A-Za-z0-9_-]{10,1000}+",
        "eyj",
    ),
    _token("shopify_token", "shp(?:at|ca|pa|ss)_", "[a-fA-F0-9]{32}", "shp"),
    _token("square_token", "sq0(?:atp|csp)-", "[A-Za-z0-9_-]{22,43}+", "sq0"),
    _token("square_token", "EAAA", "[A-Za-z0-9_-]{60}"),
    _token("facebook_token", "EAA[A-Z]", "[A-Za-z0-9]{80,250}+", "eaa"),
    _token("linear_key", "lin_(?:api|oauth)_", "[A-Za-z0-9]{40,64}+", "lin_"),
    _token("notion_token", "ntn_", "[A-Za-z0-9]{43,50}+"),
    _token("notion_token", "secret_", "[A-Za-z0-9]{43}"),
    _token("figma_token", "fig[dou]_", "[A-Za-z0-9_-]{40,60}+", "figd_", "figo_", "figu_"),
    _token("airtable_token", "pat[A-Za-z0-9]{14}", r"\.[a-f0-9]{64}", "pat"),
    _token("asana_token", "[0-9]/[0-9]{16}", ":[a-f0-9]{32}", ":"),
    _token("atlassian_token", "ATATT3", "[A-Za-z0-9_=-]{60,300}+"),
    _token("dropbox_token", r"sl\.", "[A-Za-z0-9_-]{100,200}+", "sl."),
    _token("databricks_token", "dapi", "[a-f0-9]{32}(?:-[0-9])?"),
    _token("datadog_key", "ddapi_", "[A-Za-z0-9]{32,40}+"),
    _named(
        "datadog_key", "dd[_-]api[_-]key|datadog", "[a-f0-9]{32,40}", "dd_api", "dd-api", "datadog"
    ),
    _token("new_relic_key", "NR(?:AK|JS|II|RA)-", "[A-Za-z0-9-]{19,40}+", "nr"),
    _token("grafana_token", "glsa_", "[A-Za-z0-9]{32}_[a-f0-9]{8}"),
    _token("grafana_token", "glc_", "[A-Za-z0-9+/=]{32,200}+"),
    _token("sentry_token", "sntry[su]_", "[A-Za-z0-9+/=_-]{40,300}+", "sntry"),
    _token("vault_token", "hv[bsr]\\.", "[A-Za-z0-9_-]{24,200}+", "hvb.", "hvs.", "hvr."),
    _token("terraform_token", "[A-Za-z0-9]{14}", r"\.atlasv1\.[A-Za-z0-9_-]{60,70}+", "atlasv1"),
    _token("docker_token", "dckr_(?:pat|oat)_", "[A-Za-z0-9_-]{27,64}+", "dckr_"),
    _token("pulumi_token", "pul-", "[a-f0-9]{40}"),
    _token("doppler_token", r"dp\.(?:pt|st|ct|sa|scim)\.", "[A-Za-z0-9_-]{40,60}+", "dp."),
    _token("planetscale_token", "pscale_(?:tkn|oauth|pw)_", "[A-Za-z0-9_-]{32,64}+", "pscale_"),
    _token("supabase_key", "sbp_", "[a-f0-9]{40}"),
    _token("supabase_key", "sb_secret_", "[A-Za-z0-9_-]{20,64}+"),
    _token("cloudflare_token", "v1\\.0-", "[a-f0-9]{24}-[a-f0-9]{146}", "v1.0-"),
    _token("age_secret_key", "AGE-SECRET-KEY-1", "[A-Z0-9]{58}"),
    _token("tailscale_key", "tskey-", "[a-z]{3,9}-[A-Za-z0-9-]{16,80}+"),
    _token("contentful_token", "CFPAT-", "[A-Za-z0-9_-]{43}"),
    _token("firebase_key", "AAAA[A-Za-z0-9_-]{7}", ":[A-Za-z0-9_-]{140}", "aaaa"),
    Shape(
        "url_password",
        re.compile(
            r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@\"'<>]{0,64}:(?P<secret>[^\s/@\"'<>]{1,200}+)@"
        ),
        ("://",),
    ),
    Shape(
        "bearer_token",
        re.compile(
            r"(?i:\b(?:authorization|x-api-key)\b[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:bearer|basic|token)?\s{0,3}|\bbearer\s{1,3})"
            r"(?P<secret>(?=[A-Za-z._~+/=-]{0,200}[0-9])[A-Za-z0-9._~+/=-]{16,2000}+)"
        ),
        ("authorization", "x-api-key", "bearer"),
    ),
    Shape(
        "password",
        re.compile(
            r"(?i:\b(?:pass(?:word|phrase|wd|code)?|pwd|kennwort|passwort|mot de passe|contraseña|clave)\b[\"']?"
            r"(?:\s{0,3}(?::=|=>|[:=])\s{0,3}|\s{1,3}(?:is|ist|est|es)\s{1,3}(?=[^\s]{0,80}[0-9!$%&#@*+]))[\"']?)"
            r"(?P<secret>(?!\[masked:|[<{\[$]|(?:null|none|true|false|required|optional|changed|wrong|str|string|yes|no)\b)[^\s\"',;]{4,128}+)"
        ),
        ("pass", "pwd", "kennwort", "contrase", "clave", "mot de"),
    ),
    _named(
        "api_key",
        r"api[_ -]?key|api[_ -]?token|access[_ -]?token|auth[_ -]?token|refresh[_ -]?token|client[_ -]?secret|secret[_ -]?key|private[_ -]?key|app[_ -]?secret",
        "(?=[A-Za-z_./+=-]{0,128}[0-9])[A-Za-z0-9_./+=-]{16,256}+",
        "key",
        "token",
        "secret",
    ),
    Shape(
        "one_time_code",
        re.compile(r"\botpauth://[^\s\"'<>(){}]{7,400}[\w=]"),
        ("otpauth://",),
    ),
)
