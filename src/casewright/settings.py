"""Every setting, in one class. From the environment (`CASEWRIGHT_…`), then a TOML file, then the defaults here."""

import os
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from casewright.kit.errors import SetupError
from casewright.kit.model import Model

CONFIGURATION_FILE_VARIABLE = "CASEWRIGHT_CONFIG"


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
    database_admin_url: SecretStr | None = Field(
        None, description="The same database as a role that may create tables; used by migrations only."
    )
    key_encryption_key: SecretStr | None = Field(
        None, description="32 bytes as base64. Default: a file readable by its owner only, in the data folder."
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8765, description="Port the server listens on.", ge=0, le=65535)
    rehearsal: bool = Field(
        False, description="Offers what a demo needs and production must not: a clock to move, a list of companies."
    )
    max_message_characters: int = Field(8000, description="Longer messages are cut, with a note.")
    lease_seconds: float = Field(10.0, description="A turn's process must finish or renew within this time.")
    turns_at_once: int = Field(32, description="Turns a process works on at the same time; more wait.")
    dispatch_interval_seconds: float = Field(0.5, description="How often waiting turns and timers are looked for.")
    silence_minutes: float = Field(30.0, description="Silence after a reply that ends a conversation.")
    action_timeout_seconds: float = Field(15.0, description="Longest wait for one action in the org.")
    verification_conversations_per_hour: int = Field(
        5, description="Conversations in which one address may be sent a one-time code within an hour."
    )
    database_pool_size: int = Field(16, description="Connections a process keeps at most.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    limits: Limits = Field(Limits(), description="Defaults for a tenant's limits.")
    thresholds: Thresholds = Field(Thresholds(), description="Defaults for a tenant's thresholds.")

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
