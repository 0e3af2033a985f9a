"""The settings of the service, from the environment; what is wrong with them stops the start."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEVELOPMENT_SECRET = "a secret for development, known to everybody"
_SHORTEST_SECRET = 32
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}


class Settings(BaseSettings):
    """One attribute for each environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    environment: Literal["development", "production"] = "development"
    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    """Signs access tokens (HMAC-SHA-256); production needs one of its own, of 32 characters or more."""

    database_url: str = "sqlite:///publishing.db"
    """SQLite (`sqlite:///file`) or PostgreSQL (`postgresql://user@host/name`)."""
    database_schema: str | None = None
    """The PostgreSQL schema to work in, which must exist; by default that of the connection."""
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 5
    """Connections to PostgreSQL, and reading connections to SQLite, per process."""
    database_pool_timeout: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Seconds that a request waits for a connection before it is answered with 503."""

    token_issuer: str = "handfast-publishing"
    token_audience: str = "handfast-publishing"
    access_token_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600
    refresh_idle_seconds: Annotated[int, Field(ge=1)] = 14 * 86_400
    """A session ends when its refresh token is not used for so long."""
    refresh_absolute_seconds: Annotated[int, Field(ge=1)] = 30 * 86_400
    """A session ends after so long in any case."""

    argon2_memory_kib: Annotated[int, Field(ge=8)] = 19_456
    argon2_iterations: Annotated[int, Field(ge=1)] = 2
    argon2_threads: Annotated[int, Field(ge=1, le=16)] = 2
    """How many passwords are hashed at the same time; each takes a core and the memory above."""

    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins of web pages that may call the service, with commas between them; none by default."""
    cors_credentials: bool = False

    stream_seconds: Annotated[float, Field(ge=0, le=3600)] = 60.0
    """For how long a stream of events is kept open at most; clients come back by themselves."""
    stream_limit: Annotated[int, Field(ge=0)] = 100
    """Streams of events that a process keeps open at the same time; one more is answered with 503."""

    build: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """What was deployed, for example a commit; `getVersion` says so."""
    seed_examples: bool | None = None
    """Whether an empty database gets a small example blog; by default in development alone."""
    docs: bool = True
    log_format: Literal["console", "json"] | None = None
    """By default `console` in development and `json` in production."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())

    @field_validator("database_url")
    @classmethod
    def _name_driver(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in {*_DRIVERS, *_DRIVERS.values()}:
            raise ValueError("give a URL as sqlite:///file or postgresql://user@host/name")
        if scheme.startswith("sqlite") and (not rest.strip("/") or ":memory:" in rest):
            raise ValueError("SQLite needs a file, because several connections share it: sqlite:///publishing.db")
        return f"{_DRIVERS.get(scheme, scheme)}://{rest}"

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        length = len(self.secret_key.get_secret_value())
        if self.environment == "production" and (self.has_known_secret or length < _SHORTEST_SECRET):
            raise ValueError(
                f"production needs SECRET_KEY, a secret of {_SHORTEST_SECRET} characters or more; make one with: "
                "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        if "*" in self.cors_origins and self.cors_credentials:
            raise ValueError("CORS_ORIGINS=* with CORS_CREDENTIALS would let every web page act as its visitor")
        return self

    @property
    def in_production(self) -> bool:
        """Whether real users are served."""
        return self.environment == "production"

    @property
    def has_known_secret(self) -> bool:
        """Whether everybody who has read this file can sign access tokens; never in production."""
        return self.secret_key.get_secret_value() == DEVELOPMENT_SECRET

    @property
    def seeds(self) -> bool:
        """Whether an empty database gets the example blog."""
        return not self.in_production if self.seed_examples is None else self.seed_examples

    @property
    def logs_json(self) -> bool:
        """Whether logs are for machines."""
        return (self.log_format or ("json" if self.in_production else "console")) == "json"
