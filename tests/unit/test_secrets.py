"""Secrets are found by their shapes and check digits; what only looks like one stays."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core.model import JsonValue
from memsvc.core.secret_shapes import SHAPES
from memsvc.core.secrets import masked, masked_metadata

_ALL = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_CHANCE = random.Random(7)


def some(length: int, alphabet: str = _ALL) -> str:
    """Return so many characters by chance, a figure among them."""
    return "".join(_CHANCE.choice(alphabet) for _ in range(length - 1)) + "7"


def letters(length: int) -> str:
    """Return so many letters by chance."""
    return "".join(_CHANCE.choice(string.ascii_letters) for _ in range(length))


#: What stands in the place of a secret.
MASK = "[masked:{}]"
#: Put together here, so that no file holds what a scanner would take for a secret.
SAMPLES = [
    (
        "private_key",
        f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{some(64)}\n-----END RSA PRIVATE KEY-----",
    ),
    ("private_key", f"-----BEGIN OPENSSH {'PRIVATE'} KEY-----\n{some(64)}"),
    ("memsvc_key", f"msk_live_{some(61)}"),
    ("aws_access_key", "AKIA" + "".join(_CHANCE.choice("ABCDEFGH234567") for _ in range(16))),
    ("github_token", f"ghp_{some(36)}"),
    ("github_token", f"github_pat_{some(82)}"),
    ("gitlab_token", f"glpat-{some(20)}"),
    ("slack_token", f"xoxb-{some(12, string.digits)}-{some(24)}"),
    ("slack_token", f"xapp-1-{some(40)}"),
    ("slack_webhook", f"https://hooks.slack.com/services/T{some(8)}/B{some(8)}/{some(24)}"),
    ("stripe_key", f"sk_live_{some(24)}"),
    ("stripe_key", f"rk_test_{some(24)}"),
    ("stripe_webhook_secret", f"whsec_{some(32)}"),
    ("anthropic_key", f"sk-ant-api03-{some(93)}"),
    ("openrouter_key", f"sk-or-v1-{some(64, _HEX)}"),
    ("openai_key", f"sk-proj-{some(48)}"),
    ("openai_key", f"sk-{some(48)}"),
    ("groq_key", f"gsk_{some(52)}"),
    ("xai_key", f"xai-{some(80)}"),
    ("perplexity_key", f"pplx-{some(48)}"),
    ("replicate_token", f"r8_{some(37)}"),
    ("google_api_key", f"AIza{some(35)}"),
    ("google_oauth_secret", f"GOCSPX-{some(28)}"),
    ("google_oauth_token", f"ya29.{some(60)}"),
    ("npm_token", f"npm_{some(36)}"),
    ("pypi_token", f"pypi-{some(120)}"),
    ("rubygems_key", f"rubygems_{some(48, _HEX)}"),
    ("cargo_token", f"cio{some(32)}"),
    ("sendgrid_key", f"SG.{some(22)}.{some(43)}"),
    ("mailgun_key", f"key-{some(32, _HEX)}"),
    ("mailchimp_key", f"{some(32, _HEX)}-us21"),
    ("brevo_key", f"xkeysib-{some(64, _HEX)}-{some(16)}"),
    ("twilio_key", f"SK{some(32, _HEX)}"),
    ("digitalocean_token", f"dop_v1_{some(64, _HEX)}"),
    ("huggingface_token", f"hf_{letters(34)}"),
    ("heroku_key", f"HRKU-{some(60)}"),
    ("telegram_token", f"{some(10, string.digits)}:AA{some(33)}"),
    ("discord_token", f"M{some(24)}.{some(6)}.{some(30)}"),
    ("discord_webhook", f"https://discord.com/api/webhooks/{some(18, string.digits)}/{some(68)}"),
    ("jwt", f"eyJ{some(20)}.eyJ{some(40)}.{some(43)}"),
    ("shopify_token", f"shpat_{some(32, _HEX)}"),
    ("square_token", f"sq0atp-{some(22)}"),
    ("facebook_token", f"EAAB{some(120)}"),
    ("linear_key", f"lin_api_{some(40)}"),
    ("notion_token", f"ntn_{some(46)}"),
    ("figma_token", f"figd_{some(43)}"),
    ("airtable_token", f"pat{some(14)}.{some(64, _HEX)}"),
    ("asana_token", f"1/{some(16, string.digits)}:{some(32, _HEX)}"),
    ("atlassian_token", f"ATATT3{some(180)}"),
    ("dropbox_token", f"sl.{some(130)}"),
    ("databricks_token", f"dapi{some(32, _HEX)}"),
    ("new_relic_key", f"NRAK-{some(27).upper()}"),
    ("grafana_token", f"glsa_{some(32)}_{some(8, _HEX)}"),
    ("sentry_token", f"sntrys_{some(120)}"),
    ("vault_token", f"hvs.{some(90)}"),
    ("terraform_token", f"{some(14)}.atlasv1.{some(64)}"),
    ("docker_token", f"dckr_pat_{some(27)}"),
    ("pulumi_token", f"pul-{some(40, _HEX)}"),
    ("doppler_token", f"dp.pt.{some(43)}"),
    ("planetscale_token", f"pscale_tkn_{some(43)}"),
    ("supabase_key", f"sbp_{some(40, _HEX)}"),
    ("age_secret_key", f"AGE-SECRET-KEY-1{some(58).upper()}"),
    ("tailscale_key", f"tskey-auth-{some(30)}"),
    ("contentful_token", f"CFPAT-{some(43)}"),
    ("azure_client_secret", f"{some(3)}8Q~{some(34)}"),
    ("one_time_code", f"otpauth://totp/x?{some(20)}"),
    ("card_number", "4111 1111 1111 1111"),
    ("card_number", "5555555555554444"),
    ("card_number", "3782 822463 10005"),
    ("iban", "DE89 3704 0044 0532 0130 00"),
    ("iban", "GB82WEST12345698765432"),
    ("us_ssn", "078-05-1120"),
]
#: Those that are told by what stands around them: the text, and what of it is the secret.
AROUND = [
    ("aws_secret_key", "aws_secret_access_key = ", some(40)),
    ("password", "my password: ", "hunter2!"),
    ("password", "The password is ", "Tr0ub4dor&3"),
    ("password", "Das Passwort: ", "geheim77"),
    ("bearer_token", "Authorization: Bearer ", some(40)),
    ("bearer_token", 'curl -H "x-api-key: ', some(40)),
    ("url_password", "postgres://ana:", "s3cret"),
    ("api_key", "API key is ", some(32)),
    ("api_key", '"client_secret": "', some(32)),
    ("azure_storage_key", "DefaultEndpointsProtocol=https;AccountKey=", some(86)),
    ("azure_sas", "https://a.blob.core.windows.net/c?sv=2022&sig=", some(44)),
    ("twilio_token", "TWILIO_AUTH_TOKEN=", some(32, _HEX)),
    ("datadog_key", "DD_API_KEY=", some(32, _HEX)),
    ("heroku_key", "heroku_key: ", "01234567-89ab-cdef-0123-456789abcdef"),
]
INNOCENT = [
    "Order 4711-0815-2024 is late, tracking 4111111111111111.",
    "The device is 123e4567-e89b-12d3-a456-426614174000.",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "Version 10.15.7-rc.1+build.20240501",
    "Call me at +49 170 1234567 or 030 1234567, or (555) 010-9999.",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "I forgot my password again, and the new password is wrong too.",
    "Write to ana.kovac@mail.example or visit https://mail.example:8080/inbox?id=7.",
    "The PIN pad at the door is broken. The code review took an hour.",
    "2024-05-02T10:11:12.123456Z 4000000000000 ns",
    "4242 4242 4242 4241 is one digit off.",
    "DE89 3704 0044 0532 0130 01 is no account.",
    "The token ring was invented in the seventies; the secret key to success is sleep.",
    "sk-learn and ghp are short; xoxo, my dear. hf_transfer is a package.",
    "The bearer of this letter is my cousin.",
    "ISBN 978-3-16-148410-0, article 400638133393",
    "Password: required. Passwort: ja",
    "000-12-3456, 666-12-3456 and 123-00-4567 are no numbers of a person.",
    "user:pass is how basic credentials look; http://host:80/path@2x.png is a picture.",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJb1QvTn3p9kYw0mVn3pSx8Fq0v7c2bXyZr5dKe9uTqL ana@laptop",
]


@pytest.mark.parametrize(("kind", "secret"), SAMPLES)
@pytest.mark.parametrize("frame", ["{}", "it is {}.", "a\n{}\nb", '{{"k": "{}"}}', "({}),"])
def test_a_secret_is_masked_wherever_it_stands(kind: str, secret: str, frame: str) -> None:
    """Alone, in a sentence, on a line, in JSON and in brackets a secret goes, and nothing else does."""
    clean = masked(frame.format(secret))

    assert clean.text == frame.format(f"[masked:{kind}]")
    assert clean.kinds == (kind,)


@pytest.mark.parametrize(("kind", "before", "secret"), AROUND)
def test_what_stands_around_a_secret_stays(kind: str, before: str, secret: str) -> None:
    """Where only the name before it tells a secret, the name stays and the secret goes."""
    after = "@db.example/x" if kind == "url_password" else ""
    clean = masked(f"{before}{secret}{after}")

    assert clean.text == f"{before}[masked:{kind}]{after}"


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    """Order numbers, ids, hashes, versions, telephone numbers and prose are left byte for byte."""
    assert masked(text).text == text
    assert masked(text).kinds == ()


def test_many_shapes_are_known() -> None:
    """There are at least 45 kinds, and each has a sample here, but for those of two products."""
    kinds = {shape.kind for shape in SHAPES} | {"card_number", "iban", "us_ssn"}
    tried = {kind for kind, *_ in SAMPLES} | {kind for kind, *_ in AROUND}

    assert len(kinds) >= 45
    assert kinds - tried <= {"postmark_token", "cloudflare_token", "firebase_key"}


@given(st.text(max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    """What is masked holds no secret any more."""
    once = masked(text).text

    assert masked(once).text == once


@given(st.text(alphabet="abcdefghij klmnopqrstuvwxyz.,!?\n", max_size=300))
def test_prose_is_left_as_it_is(text: str) -> None:
    """Letters and punctuation alone are no secret."""
    assert masked(text).text == text


def test_strings_within_data_are_masked_at_any_depth() -> None:
    """Keys and strings of metadata are masked; a key tells what its value is; the rest stays."""
    token = f"ghp_{some(36)}"
    given_data: dict[str, JsonValue] = {
        "a": [1, {"b": f"x {token}"}],
        "password": "correct horse",
        "n": 4.5,
        "t": None,
    }

    clean, kinds = masked_metadata(given_data)

    assert clean["a"] == [1, {"b": "x [masked:github_token]"}]
    assert str(clean["password"]) == MASK.format("password")
    assert (clean["n"], clean["t"]) == (4.5, None)
    assert kinds == {"github_token", "password"}
