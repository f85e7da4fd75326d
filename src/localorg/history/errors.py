"""What can be wrong with a history's document."""


class HistoryError(Exception):
    """The history's document says something that cannot be; the message says what and where."""
