"""A website as a source of articles."""

import asyncio
from collections.abc import Sequence

from casewright.kit.errors import InvalidInput
from casewright.kit.http import NotSent, OutgoingError, Refused, TooLarge, Uncertain
from casewright.knowledge.ports import Website
from casewright.knowledge.sources.models import Defaults, Document, Fingerprints, ImportProblem, Reading
from casewright.knowledge.sources.reading import read_document

_KINDS = {"text/html": "", "application/xhtml+xml": "", "application/pdf": ".pdf"}


class WebsiteSource:
    def __init__(self, website: Website, defaults: Defaults) -> None:
        self._website = website
        self._defaults = defaults

    async def fingerprints(self, cursor: str) -> Fingerprints:
        return await self._website.addresses()

    async def read(self, names: Sequence[str]) -> Sequence[Reading]:
        """Raises `NotSent` or `Uncertain` where not one page answered: then the site is away."""
        readings = await asyncio.gather(*map(self._reading, names))
        silent = [one for one in readings if isinstance(one, NotSent | Uncertain)]
        if silent and len(silent) == len(readings):
            raise silent[0]
        return [
            _problem(name, "it does not answer") if isinstance(one, NotSent | Uncertain) else one
            for name, one in zip(names, readings, strict=True)
        ]

    async def withdrawn(self, published: Sequence[str]) -> Sequence[str]:
        """A page that is listed no more may still be there."""
        return ()

    async def _reading(self, address: str) -> Reading | NotSent | Uncertain:
        try:
            page = await self._website.fetch(address)
        except (NotSent, Uncertain) as error:
            return error
        except Refused as error:
            return _problem(address, f"the site refuses it (status {error.status_code})")
        except TooLarge:
            return _problem(address, "it is too large for an article")
        except OutgoingError:
            return _problem(address, "the site cannot give it at the moment")
        except InvalidInput as error:
            return _problem(address, error.message)
        if page.media_type not in _KINDS:
            return _problem(address, f"it is {page.media_type}; pages and PDFs can be read")
        document = Document(f"{address}{_KINDS[page.media_type]}", page.content, page.address, page.encoding)
        read = await asyncio.to_thread(read_document, document, self._defaults)
        return Reading(
            address, read.drafts, tuple(ImportProblem(name=address, message=p.message) for p in read.problems)
        )


def _problem(address: str, message: str) -> Reading:
    return Reading(address, problems=(ImportProblem(name=address, message=message),))
