"""Replaying: recorded turns run again on another configuration, by the engine's own stages, and compared."""
