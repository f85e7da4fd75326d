"""How much of the org's limits is left."""

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.rest.context import org_of

_UNTOUCHED = {
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryJobs": 10_000,
    "DailyStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 1_000,
    "DataStorageMB": 1_024,
    "FileStorageMB": 1_024,
    "HourlyODataCallout": 1_000,
    "SingleEmail": 5_000,
}


async def list_limits(request: Request) -> Response:
    usage = org_of(request).usage
    limits = {name: {"Max": most, "Remaining": most} for name, most in _UNTOUCHED.items()}
    limits["DailyApiRequests"] = {"Max": usage.limit, "Remaining": max(0, usage.limit - usage.used)}
    return json_answer(limits)
