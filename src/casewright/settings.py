"""Every setting, in one class. From the environment (`CASEWRIGHT_…`), then a TOML file, then the defaults here."""

import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from casewright.kit.errors import SetupError
from casewright.kit.model import Model

CONFIGURATION_FILE_VARIABLE = "CASEWRIGHT_CONFIG"

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]*)(:\d{1,5})?")


class Limits(Model):
    """Defaults a tenant starts with; a tenant's own profile may set others."""

    requests_per_minute: int = Field(1000, description="API requests a minute and tenant; more are answered with 429.")
    concurrent_conversations: int = Field(100, description="Conversations of a tenant active at once; more get 429.")
    conversation_active_seconds: int = Field(
        120, description="A conversation counts as active for this long after anyone last wrote in it."
    )


class Thresholds(Model):
    """Where the agent stops being sure."""

    min_confidence: float = Field(0.7, description="Least confidence of a knowledge answer.")
    ambiguity_gap: float = Field(0.15, description="Two best intents closer than this are ambiguous.")
    frustration_hand_over: float = Field(0.8, description="Frustration (0…1) at which a person is brought in.")
    failed_turns_hand_over: int = Field(3, description="Turns in a row without a useful reply before a person is.")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CASEWRIGHT_", env_nested_delimiter="__", extra="ignore", frozen=True)

    data_dir: Path | None = Field(None, description="Where data lives. Default: the user's data folder.")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL with pgvector, instead of the embedded one: postgresql://user:password@host/name."
    )
    database_direct_url: SecretStr | None = Field(
        None,
        description="The same database past the pooler: for LISTEN and the job queue. Set it when `database_url` leads to "
        "a pooler in transaction mode (PgBouncer); statements are then not kept prepared either.",
    )
    database_admin_url: SecretStr | None = Field(
        None, description="The same database as a role that may create tables; used by migrations only."
    )
    redis_url: SecretStr | None = Field(
        None,
        description="Redis, by which servers tell each other of new events, instead of by PostgreSQL: "
        "redis://user:password@host:6379/0, or rediss:// for TLS.",
    )
    key_encryption_key: SecretStr | None = Field(
        None, description="32 bytes as base64. Default: a file readable by its owner only, in the data folder."
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8765, description="Port the server listens on.", ge=0, le=65535)
    processes: int = Field(
        1,
        description="Server processes that share the port. Each uses one processor core and some 300 MB.",
        ge=1,
        le=64,
    )
    rehearsal: bool = Field(
        False, description="Offers what a demo needs and production must not: a clock to move, a list of companies."
    )
    max_message_characters: int = Field(8000, description="Longer messages are cut, with a note.")
    lease_seconds: float = Field(
        3.0, description="A process that gives no sign of life for this long loses its turns to others.", ge=0.5
    )
    turns_at_once: int = Field(32, description="Turns a process works on at the same time; more wait.", ge=1)
    turns_at_once_per_tenant: int = Field(24, description="The most of them that one tenant may have.", ge=1)
    turns_in_hand: int = Field(
        1000,
        description="Conversations a process works on or has waiting; messages to more are answered with 429.",
        ge=1,
    )
    turns_in_hand_per_tenant: int = Field(250, description="The most of them that one tenant may have.", ge=1)
    live_connections: int = Field(
        5000, description="Streams of live events a process keeps open; more are answered with 429.", ge=1
    )
    dispatch_interval_seconds: float = Field(0.5, description="How often waiting turns and timers are looked for.")
    silence_minutes: float = Field(30.0, description="Silence after a reply that ends a conversation.")
    retention_days: int = Field(
        90,
        description="Days after which closed conversations are deleted, unless a tenant sets its own.",
        ge=1,
        le=36_500,
    )
    action_timeout_seconds: float = Field(15.0, description="Longest wait for one action in the org.")
    verification_conversations_per_hour: int = Field(
        5, description="Conversations in which one address may be sent a one-time code within an hour."
    )
    knowledge_gap_volume: int = Field(
        5, description="Questions about one topic that no article answers, from which webhooks are told of it.", ge=1
    )
    handling_cost_an_hour: float = Field(
        40.0,
        description="What an hour of a colleague's work costs, in the company's currency: for estimates of what gaps in "
        "knowledge cost.",
        ge=0,
    )
    handling_minutes: float = Field(
        10.0, description="The least that a hand-over is taken to keep a colleague busy, for the same estimates.", ge=0
    )
    webhooks_to_private_networks: bool = Field(
        False,
        description="Webhooks may also go to addresses of private networks and of this machine, with or without TLS.",
    )
    database_pool_size: int = Field(16, description="Connections a process keeps at most.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    limits: Limits = Field(Limits(), description="Defaults for a tenant's limits.")
    thresholds: Thresholds = Field(Thresholds(), description="Defaults for a tenant's thresholds.")

    @field_validator("database_url", "database_direct_url", "database_admin_url")
    @classmethod
    def _require_address(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            _require_database_address(url.get_secret_value())
        return url

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, configuration_file())


def _require_database_address(url: str) -> None:
    """Raises `ValueError`, whose words hold nothing of a URL but the names of files in it."""
    parts = urlsplit(url)
    # Several hosts may be named, for a primary that moves; each with a port or without one.
    hosts = parts.netloc.rpartition("@")[2].split(",")
    if parts.scheme not in ("postgresql", "postgres") or not all(_HOST.fullmatch(host) for host in hosts):
        raise ValueError("it must look like postgresql://user:password@host:5432/name?sslmode=verify-full")
    options = parse_qs(parts.query)
    for name in ("sslrootcert", "sslcert", "sslkey", "sslcrl"):
        for file in options.get(name, ()):
            if not os.access(file, os.R_OK):
                raise ValueError(f"{name} names the file {file}, which is not there or cannot be read")


def configuration_file() -> Path:
    """The TOML file: `CASEWRIGHT_CONFIG`, else `casewright.toml` in the working directory (it need not exist)."""
    return Path(os.environ.get(CONFIGURATION_FILE_VARIABLE, "casewright.toml"))


def load_settings(port: int | None = None) -> Settings:
    """The settings of this process. Raises `SetupError` with the name of what is wrong."""
    try:
        return Settings() if port is None else Settings(port=port)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SetupError(f"The settings are not valid ({faults}). `casewright config` lists them.") from None
