"""Imports over HTTP: for operators with their key. What is sent is accepted at once and read by a worker."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, UploadFile

from casewright.kit.errors import InvalidInput
from casewright.kit.principal import Principal
from casewright.kit.web import Problem
from casewright.knowledge.access import Gate, operator_by
from casewright.knowledge.models import Audience
from casewright.knowledge.ports import Companies
from casewright.knowledge.sources.files import check_kind
from casewright.knowledge.sources.models import Defaults, ImportId, ImportRequest, SourceKind
from casewright.knowledge.sources.schemas import ImportList, ImportView, import_view
from casewright.knowledge.sources.service import Imports

MOST_UPLOAD_BYTES: Final = 100 * 1024 * 1024
_LANGUAGE: Final = r"^[a-z]{2,3}$"


def router(imports: Imports, companies: Companies, gate: Gate) -> APIRouter:
    api = APIRouter(prefix="/v1/knowledge", responses={code: {"model": Problem} for code in (401, 404, 422, 429, 503)})
    Operator = Annotated[Principal, Depends(operator_by(gate))]

    @api.post("/imports", status_code=202, summary="Bring articles in, from a file or from the org (operator key)")
    async def begin(
        principal: Operator,
        file: Annotated[
            UploadFile | None,
            File(description="One that ends in .md, .html, .pdf, .docx, .csv or .zip, of at most 100 MB."),
        ] = None,
        source: Annotated[SourceKind | None, Form(description="salesforce: from the org, instead of a file.")] = None,
        language: Annotated[str | None, Form(pattern=_LANGUAGE, description="Of what does not say it itself.")] = None,
        audience: Annotated[Audience, Form(description="Of what does not say it itself.")] = Audience.PUBLIC,
        product: Annotated[str, Form(max_length=200, description="Of what does not say it itself.")] = "",
    ) -> ImportView:
        tenant = await companies.get(principal.tenant_id)
        defaults = Defaults(language=language or tenant.profile.default_language, audience=audience, product=product)
        if file is None and source is SourceKind.SALESFORCE:
            request = ImportRequest(kind=SourceKind.SALESFORCE, location="", defaults=defaults)
            return import_view(await imports.accept(principal, request, None))
        if file is None or source is not None:
            raise InvalidInput('Send either a "file" or source=salesforce.')
        name = _name_of(file)
        check_kind(name)
        for_review = tenant.profile.knowledge.review_by_another
        request = ImportRequest(kind=SourceKind.UPLOAD, location=name, defaults=defaults, for_review=for_review)
        return import_view(await imports.accept(principal, request, await _content_of(file)))

    @api.get("/imports", summary="The newest imports (operator key)")
    async def newest(principal: Operator) -> ImportList:
        return ImportList(items=tuple(map(import_view, await imports.newest(principal))))

    @api.get("/imports/{import_id}", summary="How far an import has come (operator key)")
    async def state(principal: Operator, import_id: UUID) -> ImportView:
        return import_view(await imports.get(principal, ImportId(import_id)))

    return api


def _name_of(file: UploadFile) -> str:
    return (file.filename or "").replace("\\", "/").rpartition("/")[2][:200]


async def _content_of(file: UploadFile) -> bytes:
    content = await file.read(MOST_UPLOAD_BYTES + 1)
    if len(content) > MOST_UPLOAD_BYTES:
        raise InvalidInput("The file is larger than 100 MB. Divide it, or use `casewright knowledge import`.")
    return content
