"""What can be wrong with what articles are made of."""

from casewright.kit.errors import InvalidInput


class DocumentUnreadable(InvalidInput):
    """A file cannot be made an article; the message says why, and what would help."""

    title = "A file cannot be read"


class ArchiveRefused(InvalidInput):
    """An archive is not unpacked: it is damaged, locked, or unpacks to more than can be meant."""

    title = "An archive cannot be read"


class SourceUnusable(InvalidInput):
    """There is nothing to read, or nobody may."""

    title = "Articles cannot be read from there"
