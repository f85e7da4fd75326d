"""Every address of the REST API."""

from starlette.routing import Route

from localorg.rest import actions, describe, limits, passwords, query, sobjects, versions

_DATA = "/services/data/v{version}"
_RECORD = _DATA + "/sobjects/{object}/{id}"
_EXTERNAL_ID = _DATA + "/sobjects/{object}/{field}/{value:path}"
_PASSWORD = _DATA + "/sobjects/User/{id}/password"

REST_ROUTES = [
    Route("/services/data", versions.list_versions),
    Route(_DATA, versions.list_resources),
    Route(_DATA + "/limits", limits.list_limits),
    Route(_DATA + "/query", query.query),
    Route(_DATA + "/queryAll", query.query_all),
    Route(_DATA + "/query/{locator}", query.query_more),
    Route(_DATA + "/queryAll/{locator}", query.query_more),
    Route(_DATA + "/actions", actions.list_kinds),
    Route(_DATA + "/actions/standard", actions.list_standard),
    Route(_DATA + "/actions/standard/emailSimple", actions.describe_email_simple),
    Route(_DATA + "/actions/standard/emailSimple", actions.send_email_simple, methods=["POST"]),
    Route(_DATA + "/sobjects", describe.list_objects),
    Route(_DATA + "/sobjects/{object}", describe.basic_information),
    Route(_DATA + "/sobjects/{object}", sobjects.create_record, methods=["POST"]),
    Route(_DATA + "/sobjects/{object}/describe", describe.describe_object),
    Route(_RECORD, sobjects.read_record),
    Route(_RECORD, sobjects.update_record, methods=["PATCH"]),
    Route(_RECORD, sobjects.delete_record, methods=["DELETE"]),
    Route(_PASSWORD, passwords.password_state),
    Route(_PASSWORD, passwords.set_password, methods=["POST"]),
    Route(_PASSWORD, passwords.reset_password, methods=["DELETE"]),
    Route(_EXTERNAL_ID, sobjects.read_by_external_id),
    Route(_EXTERNAL_ID, sobjects.upsert_by_external_id, methods=["PATCH"]),
    Route(_EXTERNAL_ID, sobjects.delete_by_external_id, methods=["DELETE"]),
]
