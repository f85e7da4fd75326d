"""SOSL: text search over several objects."""
