"""Settings: what the environment may say, and what stops the start."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from blog.settings import DEVELOPMENT_SECRET, Settings


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_development_needs_nothing() -> None:
    settings = Settings()
    assert settings.secret_key.get_secret_value() == DEVELOPMENT_SECRET
    assert settings.seeds
    assert not settings.logs_json
    assert DEVELOPMENT_SECRET not in repr(settings)


@pytest.mark.parametrize("secret", [None, "short", DEVELOPMENT_SECRET, "x" * 31])
def test_production_needs_a_secret(monkeypatch: pytest.MonkeyPatch, secret: str | None) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    if secret is not None:
        monkeypatch.setenv("SECRET_KEY", secret)
    with pytest.raises(ValidationError, match="production needs SECRET_KEY") as refused:
        Settings()
    assert secret is None or len(secret) < 10 or secret not in str(refused.value)


def test_production_with_a_secret_has_no_examples_and_logs_for_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("SECRET_KEY", "x" * 32)
    settings = Settings()
    assert not settings.seeds
    assert settings.logs_json
    monkeypatch.setenv("SEED_EXAMPLES", "true")
    assert Settings().seeds


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///blog.db", "sqlite+aiosqlite:///blog.db"),
        ("sqlite+aiosqlite:////var/blog.db", "sqlite+aiosqlite:////var/blog.db"),
        ("postgres://ada@db/blog", "postgresql+asyncpg://ada@db/blog"),
        ("postgresql://ada@db/blog", "postgresql+asyncpg://ada@db/blog"),
        ("postgresql+asyncpg://ada@db/blog", "postgresql+asyncpg://ada@db/blog"),
    ],
)
def test_a_database_is_named_without_its_driver(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert Settings().database_url == used


@pytest.mark.parametrize("url", ["", "blog.db", "mysql://x/y", "sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_database_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ValidationError, match="sqlite:///"):
        Settings()


def test_origins_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().cors_origins == ()
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example/, https://b.example")
    assert Settings().cors_origins == ("https://a.example", "https://b.example")


def test_all_origins_with_credentials_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "*")
    assert Settings().cors_origins == ("*",)
    monkeypatch.setenv("CORS_CREDENTIALS", "true")
    with pytest.raises(ValidationError, match="every web page"):
        Settings()
