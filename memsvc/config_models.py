"""Settings of models. They are part of `memsvc.config.Settings`, which reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from memsvc.config_access import AccessSettings
from memsvc.providers.addresses import fault
from memsvc.providers.dialects import DIALECTS, ProviderKind

#: The name of the embedder that the settings without a name describe.
DEFAULT_EMBEDDER: Final = "default"


class NamedModel(BaseModel):
    """A model by a name, with the key to its server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern="^[a-z0-9_-]{1,64}$")
    api_key: SecretStr | None = None
    #: A file that holds the key instead.
    api_key_file: Path | None = None

    def key(self) -> str:
        """Return the key, "" for none; raise OSError."""
        if self.api_key_file is not None:
            return self.api_key_file.read_text(encoding="utf-8").strip()
        return self.api_key.get_secret_value() if self.api_key else ""

    def key_faults(self) -> Iterator[str]:
        """Yield what is wrong with the key, which is not quoted."""
        where = "api_key" if self.api_key_file is None else "api_key_file"
        try:
            key = self.key()
        except OSError as error:
            yield f"{where}: {self.api_key_file}: {error.strerror}"
            return
        except UnicodeDecodeError:
            yield f"{where}: {self.api_key_file}: is not UTF-8"
            return
        if self.api_key_file is not None and not key:
            yield f"{where}: is empty"
        # It goes into a header: a mark of the byte order or a second line would be found out by no answer.
        elif any(not "!" <= character <= "~" for character in key):
            yield f"{where}: holds characters that no key has"


class ModelPrices(BaseModel):
    """A model of a provider, and what a million tokens of the prompt and of the answer cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=128)
    input_price: float | None = Field(None, ge=0, le=1e6)
    output_price: float | None = Field(None, ge=0, le=1e6)


class ProviderSettings(NamedModel):
    """A server of language models that speaks OpenAI's protocol."""

    #: Whose server it is: each has its ways (see docs/chat.md).
    kind: ProviderKind = ProviderKind.COMPATIBLE
    #: Up to what stands before "/chat/completions", such as "https://api.openai.com/v1". Unset: where the
    #: servers of its kind are.
    base_url: str = ""
    #: The model that is asked unless a chat names another.
    model: str = Field(min_length=1)
    #: Further models that a chat may name, and what they cost.
    models: list[ModelPrices] = Field(default_factory=list)
    #: Whether a chat may name any model.
    any_model: bool = False
    #: What a million tokens of the prompt and of the answer cost, in a currency of your choice.
    input_price: float | None = Field(None, ge=0, le=1e6)
    output_price: float | None = Field(None, ge=0, le=1e6)
    #: The strictest form of reply that is asked for; what the server rejects is not asked for again.
    structured: Literal["json_schema", "json_object", "none"] = "json_schema"
    #: Calls at once for drawing facts and the like, and answers of chats at once.
    calls_max: int = Field(4, ge=1, le=1000)
    streams_max: int = Field(64, ge=1, le=10_000)
    connect_seconds: float = Field(5.0, gt=0, le=60)
    first_byte_seconds: float = Field(30.0, gt=0, le=600)
    chunk_seconds: float = Field(20.0, gt=0, le=600)
    total_seconds: float = Field(120.0, gt=0, le=3600)

    @property
    def address(self) -> str:
        """Where it is; "" if that is nowhere."""
        return self.base_url or DIALECTS[self.kind].base_url

    def faults(self) -> Iterator[str]:
        """Yield why it cannot be asked."""
        if not self.address:
            yield "base_url is missing"
        yield from self.key_faults()
        # What else a base_url leads to, such as a proxy with a key of its own, may need none.
        known = not self.base_url and self.address.startswith("https:")
        if known and self.api_key is None and self.api_key_file is None:
            yield "api_key or api_key_file is missing"


class EmbedderSettings(NamedModel):
    """What turns texts into vectors."""

    #: `local`: all-MiniLM-L6-v2 in the process. `openai`: any OpenAI-compatible /v1/embeddings.
    kind: Literal["local", "openai"]
    #: Texts that the local model runs at once.
    threads: int = Field(2, ge=1, le=64)
    #: Up to and including "/v1".
    base_url: str = "https://api.openai.com/v1"
    model: str = Field("text-embedding-3-small", min_length=1)
    #: Length of the vectors. Unset: learnt from the first one.
    dimension: int | None = Field(None, ge=1, le=16000)
    timeout_seconds: float = Field(10.0, gt=0, le=300)


class ModelSettings(AccessSettings):
    """Which models there are, and what for."""

    #: `local`: all-MiniLM-L6-v2 in this process. `openai`: any OpenAI-compatible /v1/embeddings.
    #: `none`: ranking by words only.
    embedder: Literal["local", "openai", "none"] = "local"
    embedding_threads: int = Field(2, ge=1, le=64)
    embedding_base_url: str = "https://api.openai.com/v1"
    embedding_api_key: SecretStr | None = None
    #: A file that holds the key instead.
    embedding_api_key_file: Path | None = None
    embedding_model: str = Field("text-embedding-3-small", min_length=1)
    #: Length of the vectors. Unset: learnt from the first one.
    embedding_dimension: int | None = Field(None, ge=1, le=16000)
    embedding_timeout_seconds: float = Field(10.0, gt=0, le=300)
    #: Further embedders, beside the one above, which is called "default". A server loads the one that
    #: made the vectors in the database.
    embedders: list[EmbedderSettings] = Field(default_factory=list)
    #: Whether a server without that one refuses to start, instead of ranking by words.
    embedding_space_strict: bool = False

    #: Hosts of providers and embedders to which texts may go without encryption, besides this machine
    #: and private addresses: names within a cluster, for example.
    plain_http_hosts: list[str] = Field(default_factory=list)
    #: Language models that the settings below name.
    providers: list[ProviderSettings] = Field(default_factory=list)
    #: Which provider draws facts. Unset: the server's own patterns of plain English.
    extraction_provider: str = ""
    #: Which provider chooses the essential facts and writes the profile. Unset: rules.
    consolidation_provider: str = ""
    #: Which providers answer chats: the first one, and the next where one does not answer. Unset: none.
    chat_providers: list[str] = Field(default_factory=list)
    #: How many tokens a prompt may have.
    chat_token_budget: int = Field(8_000, ge=256, le=1_000_000)
    #: A stream is not silent for longer, in seconds.
    chat_keepalive_seconds: float = Field(10.0, ge=0.05, le=15)
    #: Which provider gives conversations their titles. Unset: they are called by their first words.
    title_provider: str = ""
    #: A SearXNG server that chats may ask, and its key. Unset: no search in the web.
    web_search_url: str = ""
    web_search_api_key: SecretStr | None = None
    #: A file that holds the key instead.
    web_search_api_key_file: Path | None = None

    def default_embedder(self) -> EmbedderSettings | None:
        """Return the embedder that the settings without a name describe, None for none."""
        if self.embedder == "none":
            return None
        return EmbedderSettings(
            name=DEFAULT_EMBEDDER,
            kind=self.embedder,
            threads=self.embedding_threads,
            base_url=self.embedding_base_url,
            model=self.embedding_model,
            api_key=self.embedding_api_key,
            api_key_file=self.embedding_api_key_file,
            dimension=self.embedding_dimension,
            timeout_seconds=self.embedding_timeout_seconds,
        )

    def provider(self, name: str) -> ProviderSettings | None:
        """Return the provider called *name*, None for ""; raise LookupError for one that is not."""
        if not name:
            return None
        return {provider.name: provider for provider in self.providers}[name]

    def web_search_key(self) -> str:
        """Return the key to the search engine, "" for none; raise OSError."""
        if self.web_search_api_key_file is not None:
            return self.web_search_api_key_file.read_text(encoding="utf-8").strip()
        return self.web_search_api_key.get_secret_value() if self.web_search_api_key else ""


def model_faults(settings: ModelSettings) -> Iterator[str]:
    """Yield what is wrong with the models; raise OSError and ValidationError."""
    yield from _unreachable(settings)
    names = [provider.name for provider in settings.providers]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"providers: {name} stands there twice"
    embedders = [DEFAULT_EMBEDDER, *(embedder.name for embedder in settings.embedders)]
    for name in sorted({n for n in embedders if embedders.count(n) > 1}):
        yield (
            f"embedders: {name} stands there twice (the settings without a name describe "
            f'"{DEFAULT_EMBEDDER}")'
        )
    yield from _unknown(settings, names)
    yield from _address_faults(settings)


def _unreachable(settings: ModelSettings) -> Iterator[str]:
    """Yield who cannot be asked."""
    for provider in settings.providers:
        yield from (f"providers: {provider.name}: {fault}" for fault in provider.faults())
    for embedder in (*settings.embedders, settings.default_embedder()):
        if embedder is not None:
            yield from (f"embedders: {embedder.name}: {fault}" for fault in embedder.key_faults())
    try:
        settings.web_search_key()
    except OSError as error:
        file = settings.web_search_api_key_file
        yield f"web_search_api_key_file: {file}: {error.strerror}"


def _unknown(settings: ModelSettings, names: list[str]) -> Iterator[str]:
    """Yield where providers are named that there are not."""
    for setting in ("extraction_provider", "consolidation_provider", "title_provider"):
        name = getattr(settings, setting)
        if name and name not in names:
            yield f"{setting}: there is no provider {name}"
    for name in settings.chat_providers:
        if name not in names:
            yield f"chat_providers: there is no provider {name}"
    if len(set(settings.chat_providers)) < len(settings.chat_providers):
        yield "chat_providers: one stands there twice"


def _address_faults(settings: ModelSettings) -> list[str]:
    """Return what is wrong with the addresses that texts are sent to."""
    default = settings.default_embedder()
    embedders = [*settings.embedders, *([default] if default else [])]
    addresses = [
        (f"providers: {one.name}", one.address) for one in settings.providers if one.address
    ]
    addresses += [
        (f"embedders: {one.name}", one.base_url) for one in embedders if one.kind == "openai"
    ]
    if settings.web_search_url:
        addresses.append(("web_search_url", settings.web_search_url))
    found = [(where, fault(url, settings.plain_http_hosts)) for where, url in addresses]
    return [f"{where}: base_url {wrong}" for where, wrong in found if wrong]
