"""Conversations are tested with a real engine behind them."""

from tests.engine.conftest import key_encryption_key, world

__all__ = ["key_encryption_key", "world"]
