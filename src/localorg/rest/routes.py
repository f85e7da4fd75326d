"""Every address of the REST API."""

from starlette.routing import Route

from localorg.rest import (
    actions,
    collections,
    composite,
    data_categories,
    describe,
    files,
    layouts,
    limits,
    passwords,
    query,
    replication,
    search,
    sobjects,
    tree,
    versions,
)

_DATA = "/services/data/v{version}"
_RECORD = _DATA + "/sobjects/{object}/{id}"
_EXTERNAL_ID = _DATA + "/sobjects/{object}/{field}/{value:path}"
_PASSWORD = _DATA + "/sobjects/User/{id}/password"
_COMPOSITE = _DATA + "/composite"
_COLLECTION = _COMPOSITE + "/sobjects"

REST_ROUTES = [
    Route("/services/data", versions.list_versions),
    Route(_DATA, versions.list_resources),
    Route(_DATA + "/limits", limits.list_limits),
    Route(_DATA + "/query", query.query),
    Route(_DATA + "/queryAll", query.query_all),
    Route(_DATA + "/query/{locator}", query.query_more),
    Route(_DATA + "/queryAll/{locator}", query.query_more),
    Route(_DATA + "/search", search.search),
    Route(_DATA + "/parameterizedSearch", search.parameterized_search, methods=["GET", "POST"]),
    Route(_DATA + "/knowledgeManagement/settings", data_categories.knowledge_settings),
    Route(_DATA + "/support/dataCategoryGroups", data_categories.list_groups),
    Route(_DATA + "/support/dataCategoryGroups/{group}/dataCategories/{category}", data_categories.read_category),
    Route(_DATA + "/actions", actions.list_kinds),
    Route(_DATA + "/actions/standard", actions.list_standard),
    Route(_DATA + "/actions/standard/{name}", actions.describe_action),
    Route(_DATA + "/actions/standard/{name}", actions.invoke, methods=["POST"]),
    Route(_DATA + "/actions/custom", actions.list_custom_kinds),
    Route(_DATA + "/actions/custom/{kind}", actions.list_custom),
    Route(_DATA + "/actions/custom/{kind}/{name}", actions.describe_action),
    Route(_DATA + "/actions/custom/{kind}/{name}", actions.invoke, methods=["POST"]),
    Route(_COMPOSITE, composite.list_kinds),
    Route(_COMPOSITE, composite.composite, methods=["POST"]),
    Route(_COMPOSITE + "/graph", composite.graph, methods=["POST"]),
    Route(_COMPOSITE + "/batch", composite.batch, methods=["POST"]),
    Route(_COMPOSITE + "/tree/{object}", tree.create_tree, methods=["POST"]),
    Route(_COLLECTION, collections.create_records, methods=["POST"]),
    Route(_COLLECTION, collections.update_records, methods=["PATCH"]),
    Route(_COLLECTION, collections.delete_records, methods=["DELETE"]),
    Route(_COLLECTION + "/{object}", collections.read_records, methods=["GET", "POST"]),
    Route(_COLLECTION + "/{object}/{field}", collections.upsert_records, methods=["PATCH"]),
    Route(_DATA + "/sobjects", describe.list_objects),
    Route(_DATA + "/sobjects/{object}", describe.basic_information),
    Route(_DATA + "/sobjects/{object}", sobjects.create_record, methods=["POST"]),
    Route(_DATA + "/sobjects/{object}/describe", describe.describe_object),
    Route(_DATA + "/sobjects/{object}/describe/layouts", layouts.list_layouts),
    Route(_DATA + "/sobjects/{object}/describe/layouts/{record_type}", layouts.read_layout),
    Route(_DATA + "/sobjects/{object}/updated", replication.updated),
    Route(_DATA + "/sobjects/{object}/deleted", replication.deleted),
    Route(_DATA + "/sobjects/ContentVersion/{id}/VersionData", files.read_version_data),
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
