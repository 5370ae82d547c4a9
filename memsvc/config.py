"""Settings: flags over environment over TOML over defaults. The only reader of the environment."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError

from memsvc.config_access import access_faults
from memsvc.config_models import ModelSettings, model_faults
from memsvc.core.addresses import is_loopback
from memsvc.core.guard import GuardPolicy
from memsvc.core.model import RankingWeights, Role, WeightChanges
from memsvc.core.secrets import SecretPolicy
from memsvc.usecases.screening import TrustPolicy


class SettingsInvalid(Exception):
    """The settings cannot be used; the message lists every fault."""


_Weight = Annotated[float, Field(ge=0, le=10)]


class ContextWeightSettings(BaseModel):
    """In which proportion the surroundings count; what is absent keeps the default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    neighbour_semantic: _Weight | None = None
    neighbour_keyword: _Weight | None = None
    conversation_semantic: _Weight | None = None
    conversation_keyword: _Weight | None = None
    speaker: _Weight | None = None
    time: _Weight | None = None


class WeightSettings(BaseModel):
    """How much each part of a score counts; what is absent keeps the default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    semantic: _Weight | None = None
    keyword: _Weight | None = None
    context: _Weight | None = None
    importance: _Weight | None = None
    recency: _Weight | None = None
    confidence: _Weight | None = None
    recency_half_life: Annotated[timedelta, Field(gt=timedelta(0))] | None = None
    context_weights: ContextWeightSettings = ContextWeightSettings()

    def changes(self) -> WeightChanges:
        """Return what differs from the defaults."""
        given = self.model_dump(exclude={"context_weights"}, exclude_none=True)
        return WeightChanges(given, self.context_weights.model_dump(exclude_none=True))


class RateSettings(BaseModel):
    """How fast a tenant's calls may come, in units (see GetLimits for what a call costs)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: On average; 0 for any rate. Each process counts for itself.
    units_per_second: Annotated[float, Field(ge=0, le=1e9)] = 500.0
    #: At once.
    burst: Annotated[float, Field(gt=0, le=1e9)] = 1000.0


class QuotaSettings(BaseModel):
    """What a tenant may keep and use; 0 for any amount."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    memories: Annotated[int, Field(ge=0)] = 0
    memory_bytes: Annotated[int, Field(ge=0)] = 0
    model_tokens_per_day: Annotated[int, Field(ge=0)] = 0
    #: In millionths of the currency that the prices of models are in.
    model_cost_micros_per_day: Annotated[int, Field(ge=0)] = 0


class Settings(ModelSettings):
    """Every setting, as `MEMSVC_<NAME>` in the environment and `<name>` in the TOML file."""

    model_config = SettingsConfigDict(env_prefix="MEMSVC_", extra="forbid", frozen=True)

    #: Where to listen. Beyond loopback it has to be configured who may call.
    host: str = "127.0.0.1"
    port: int = Field(50051, ge=0, le=65535)
    #: Where Prometheus reads. Port unset: 9464 if it is free, else nowhere. 0: any free one.
    admin_host: str = "127.0.0.1"
    admin_port: int | None = Field(None, ge=0, le=65535)
    #: Where the embedded Postgres and the model's graph are kept.
    data_dir: Path = Path(platformdirs.user_data_dir("memsvc"))
    #: Where the local model's graph is kept. Unset: in data_dir.
    model_dir: Path | None = None
    #: A Postgres 15 to 18 with pgvector. Unset: the embedded one.
    database_url: SecretStr | None = None
    #: As which role to change the schema, if not as the one of database_url.
    migrate_database_url: SecretStr | None = None
    database_connections: int = Field(10, ge=2, le=500)
    #: How long to wait at start for the database to answer, in seconds.
    database_wait_seconds: float = Field(60.0, ge=0)
    #: Which Postgres the embedded one is; a data folder stays with the one that made it.
    embedded_postgres_version: Literal[16, 18] = 18
    #: Server processes that share the port.
    processes: int = Field(1, ge=1, le=64)
    #: Set by the parent of several processes.
    share_port: bool = False

    reflection: bool = True
    message_bytes_max: int = Field(4 * 1024 * 1024, ge=64 * 1024, le=256 * 1024 * 1024)
    calls_max: int = Field(512, ge=1)
    #: Of these so many run at once: at least, and at most if they do not slow each other down. The others
    #: wait, up to so many; when more comes for longer than can be served, they are turned away.
    running_calls_min: int = Field(4, ge=1, le=1000)
    running_calls_max: int = Field(64, ge=1, le=10_000)
    waiting_calls_max: int = Field(64, ge=0, le=10_000)
    #: How many times longer than on an idle server a call may take before fewer run at once.
    slowdown_max: float = Field(2.0, gt=1, le=100)
    #: Streams of one tenant at once.
    streams_max: int = Field(100, ge=1, le=10_000)
    #: For all tenants and for single ones.
    rate: RateSettings = RateSettings()
    tenant_rates: dict[str, RateSettings] = Field(default_factory=dict)
    quota: QuotaSettings = QuotaSettings()
    tenant_quotas: dict[str, QuotaSettings] = Field(default_factory=dict)
    #: After this time a connection is asked to move on; calls under way go on.
    connection_age_seconds: int = Field(300, ge=10, le=86400)
    drain_seconds: float = Field(2.0, ge=0, le=300)
    grace_seconds: float = Field(10.0, ge=0, le=3600)

    #: Weights of the ranking that differ from the defaults, for all tenants and for single ones.
    weights: WeightSettings = WeightSettings()
    tenant_weights: dict[str, WeightSettings] = Field(default_factory=dict)
    #: Up to how many memories a user's vectors are all compared with a question's; beyond, their
    #: signs choose which ones are.
    exact_memories_max: int = Field(5_000, ge=0)

    #: What becomes of a text that the write guard takes for an attempt to plant instructions, at most:
    #: off, flag, quarantine, reject. For all tenants and for single ones.
    guard: GuardPolicy = GuardPolicy.QUARANTINE
    tenant_guards: dict[str, GuardPolicy] = Field(default_factory=dict)
    #: What becomes of a text that holds a secret: off, flag, mask, block. Likewise.
    secret_policy: SecretPolicy = SecretPolicy.MASK
    tenant_secret_policies: dict[str, SecretPolicy] = Field(default_factory=dict)
    #: What becomes of what is flagged when it is looked for: rank it lower, or leave it out. Likewise.
    flagged_memories: Literal["lower", "leave_out"] = "lower"
    tenant_flagged_memories: dict[str, Literal["lower", "leave_out"]] = Field(default_factory=dict)

    #: Whose messages facts are drawn from. What others than the user say is trusted less.
    extraction_roles: list[Literal["user", "assistant", "system", "tool"]] = Field(["user"])
    #: How long a user's facts are left to settle after a change before they are consolidated, and how
    #: long they are left alone at most, in seconds.
    consolidation_settle_seconds: float = Field(20.0, ge=0.1, le=86400)
    consolidation_every_seconds: float = Field(21600.0, ge=1)

    #: How long an answer of Chat is kept to be given again, in seconds, 0 for not at all; and how many
    #: of a tenant are kept.
    response_cache_seconds: float = Field(3600.0, ge=0, le=30 * 86400)
    response_cache_answers_max: int = Field(10_000, ge=1, le=10_000_000)

    #: Jobs that this process does at a time; 0 leaves them to others.
    job_concurrency: int = Field(4, ge=0, le=256)
    #: Without a sign of life for so long, in seconds, a worker counts as gone.
    job_lease_seconds: float = Field(30.0, ge=0.5, le=3600)
    #: How long one try of a job may take, and how many may fail before it is dead.
    job_seconds_max: float = Field(600.0, gt=0, le=86400)
    job_failures_max: int = Field(10, ge=1, le=100)
    #: By what the pauses between tries are multiplied.
    job_backoff_factor: float = Field(1.0, ge=0, le=100)
    #: How often workers are told of jobs that have become due, in seconds.
    job_tell_seconds: float = Field(1.0, ge=0.02, le=60)

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the TOML file below the environment."""
        del dotenv_settings, file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, toml

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    def drawn_roles(self) -> frozenset[Role]:
        """Return whose messages facts are drawn from."""
        return frozenset(Role[name.upper()] for name in self.extraction_roles)

    def ranking_weights(self, tenant_id: str) -> RankingWeights:
        """Return the weights of a tenant."""
        base = self.weights.changes().applied_to(RankingWeights())
        own = self.tenant_weights.get(tenant_id)
        return own.changes().applied_to(base) if own else base

    def tenant_rate(self, tenant_id: str) -> RateSettings:
        """Return how fast a tenant's calls may come."""
        return self.tenant_rates.get(tenant_id, self.rate)

    def tenant_quota(self, tenant_id: str) -> QuotaSettings:
        """Return what a tenant may keep and use."""
        return self.tenant_quotas.get(tenant_id, self.quota)

    def trust_policy(self, tenant_id: str) -> TrustPolicy:
        """Return how strict a tenant is with what it is told."""
        flagged = self.tenant_flagged_memories.get(tenant_id, self.flagged_memories)
        return TrustPolicy(
            self.tenant_guards.get(tenant_id, self.guard),
            self.tenant_secret_policies.get(tenant_id, self.secret_policy),
            leave_out_flagged=flagged == "leave_out",
        )


def load(file: Path | None = None, **flags: Any) -> Settings:
    """Return the settings; *flags* that are None count as not given. Raise SettingsInvalid."""
    if file is not None and not file.is_file():
        # It would be passed over, with the credentials that it names.
        fault = f"{file}: there is no such file"
        raise SettingsInvalid(fault)
    given = {name: value for name, value in flags.items() if value is not None}
    config = SettingsConfigDict(toml_file=file)
    source = type("SettingsWithFile", (Settings,), {"model_config": config})
    try:
        settings: Settings = source(**given)
        faults = list(_faults(settings))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults = [f"{file}: {error}"]
    except SettingsError as error:
        faults = [f"{error}: lists and tables have to be JSON there"]
    if faults:
        raise SettingsInvalid("\n".join(faults))
    return settings


def _faults(settings: Settings) -> list[str]:
    faults: list[str] = []
    try:
        faults += access_faults(settings)
        faults += model_faults(settings)
    except (OSError, ValidationError, tomllib.TOMLDecodeError) as error:
        return [*faults, f"credentials_file or a file of a key: {error}"]
    if not settings.on_loopback and not settings.names_callers:
        faults.append(
            f"host: {settings.host} can be reached from elsewhere; configure credentials_file, "
            "bootstrap_admin_key, issuers, tls_client_ca_file, tenant_header behind a mesh, or "
            "require_credentials, or listen on 127.0.0.1"
        )
    return faults
