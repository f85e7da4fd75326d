"""Waits for one event of a conversation's stream. The kit's client reads answers whole; a stream has no end."""

import asyncio
import json
from typing import Final

import httpx2
from pydantic import JsonValue

from casewright.scenarios.errors import StepBroken

CONNECT_SECONDS: Final = 5.0


async def first_event(url: str, token: str, kind: str, within: float) -> JsonValue:
    """Data of the first event of this kind, from the beginning of the log on; None if none comes `within` seconds."""
    timeout = httpx2.Timeout(None, connect=CONNECT_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    try:
        async with (
            asyncio.timeout(within),
            httpx2.AsyncClient(timeout=timeout, trust_env=False) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code != httpx2.codes.OK:
                raise StepBroken(f"The event stream was refused with {response.status_code}.")
            async for event in httpx2.EventSource(response):
                if event.event == kind:
                    data: JsonValue = json.loads(event.data)
                    return data
    except TimeoutError:
        return None
    except httpx2.RequestError as error:
        raise StepBroken("The event stream broke off.") from error
    return None
