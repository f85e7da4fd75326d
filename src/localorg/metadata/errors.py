"""Why a definition takes no effect."""


class RefusedError(Exception):
    """The definition cannot be; the message says why."""


class NotComputedError(Exception):
    """The definition may be right, but this org does not do what it asks for; the message says what."""
