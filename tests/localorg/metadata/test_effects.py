"""What deployed metadata changes in the org, and what is said of the rest."""

import base64
import io
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest

from localorg.testing import RunningOrg, start_org
from tests.localorg.metadata.test_deploying import (
    NAMESPACE,
    custom_object,
    deployed,
    field,
    manifest,
    problems,
    soap,
    zipped,
)

QUEUE = (
    f"<Queue {NAMESPACE}><doesSendEmailToMembers>true</doesSendEmailToMembers><name>Second line</name>"
    "<queueSobject><sobjectType>Case</sobjectType></queueSobject></Queue>"
)


def rules(*entries: str, active: str = "true", name: str = "Standard") -> str:
    inner = f"<fullName>{name}</fullName><active>{active}</active>{''.join(entries)}"
    return f"<AssignmentRules {NAMESPACE}><assignmentRule>{inner}</assignmentRule></AssignmentRules>"


def entry(conditions: str, queue: str = "Second_Line") -> str:
    return f"<ruleEntry><assignedTo>{queue}</assignedTo><assignedToType>Queue</assignedToType>{conditions}</ruleEntry>"


def item(named: str, operation: str, value: str) -> str:
    return (
        f"<criteriaItems><field>{named}</field><operation>{operation}</operation><value>{value}</value></criteriaItems>"
    )


async def succeeded(api: httpx2.AsyncClient, content: bytes) -> dict[str, Any]:
    report = await deployed(api, content)
    assert report["success"] is True, problems(report)
    return report


def warnings(report: dict[str, Any]) -> dict[str, str]:
    return {one["fullName"]: one["problem"] for one in report["details"]["componentSuccesses"] if "problem" in one}


async def with_rules(api: httpx2.AsyncClient, content: str) -> dict[str, Any]:
    members = {"Second_Line": "Queue", "Case": "AssignmentRules"}
    files = {"queues/Second_Line.queue": QUEUE, "assignmentRules/Case.assignmentRules": content}
    return await deployed(api, zipped(members, files))


async def owner_of(org: RunningOrg, api: httpx2.AsyncClient, headers: dict[str, str] | None = None, **case: str) -> str:
    made = await api.post("sobjects/Case", json=case, headers=headers)
    assert made.status_code == 201, made.text
    (found,) = await org.query(f"SELECT Owner.Name FROM Case WHERE Id = '{made.json()['id']}'")
    return str(found["Owner"]["Name"])


async def test_a_deployed_record_type_is_described_chosen_and_narrows_its_picklists(
    api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    values = "<picklistValues><picklist>Priority</picklist><values><fullName>High</fullName></values></picklistValues>"
    kind = (
        f"<recordTypes><fullName>Outage</fullName><active>true</active><label>An outage</label>{values}</recordTypes>"
    )
    await succeeded(api, zipped({"Case.Outage": "RecordType"}, {"objects/Case.object": custom_object(kind)}))
    infos = {one["developerName"]: one for one in (await api.get("sobjects/Case/describe")).json()["recordTypeInfos"]}
    assert (infos["Outage"]["name"], infos["Outage"]["active"]) == ("An outage", True)
    chosen = {"RecordTypeId": infos["Outage"]["recordTypeId"]}
    refused = await api.post("sobjects/Case", json={**chosen, "Priority": "Low"})
    assert refused.json()[0]["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    made = (await api.post("sobjects/Case", json={**chosen, "Priority": "High"})).json()["id"]
    (case,) = await org.query(f"SELECT RecordType.DeveloperName FROM Case WHERE Id = '{made}'")
    assert case["RecordType"]["DeveloperName"] == "Outage"
    gone = zipped({}, {"destructiveChanges.xml": manifest({"Case.Outage": "RecordType"})})
    assert "Cannot delete record type" in problems(await deployed(api, gone))["Case.Outage"]


async def test_fields_take_the_values_of_a_global_value_set_and_follow_it(api: httpx2.AsyncClient) -> None:
    def colours(*names: str) -> str:
        values = "".join(f"<customValue><fullName>{one}</fullName><label>{one}!</label></customValue>" for one in names)
        return f"<GlobalValueSet {NAMESPACE}><masterLabel>Colours</masterLabel>{values}</GlobalValueSet>"

    values = "<valueSet><restricted>true</restricted><valueSetName>Colours</valueSetName></valueSet>"
    fields = custom_object(field("Colour__c", f"<type>Picklist</type>{values}"))
    alone = await deployed(api, zipped({"Case.Colour__c": "CustomField"}, {"objects/Case.object": fields}))
    assert "no GlobalValueSet named Colours" in problems(alone)["Case.Colour__c"]
    path = "globalValueSets/Colours.globalValueSet"
    members = {"Case.Colour__c": "CustomField", "Colours": "GlobalValueSet"}
    await succeeded(api, zipped(members, {"objects/Case.object": fields, path: colours("Red")}))
    assert (await api.post("sobjects/Case", json={"Colour__c": "Blue"})).status_code == 400
    await succeeded(api, zipped({"Colours": "GlobalValueSet"}, {path: colours("Red", "Blue")}))
    assert (await api.post("sobjects/Case", json={"Colour__c": "Blue"})).status_code == 201
    described = {one["name"]: one for one in (await api.get("sobjects/Case/describe")).json()["fields"]}
    shown = [(one["value"], one["label"]) for one in described["Colour__c"]["picklistValues"]]
    assert shown == [("Red", "Red!"), ("Blue", "Blue!")]


async def test_deployed_statuses_close_cases_as_they_say(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    values = "".join(
        f"<standardValue><fullName>{name}</fullName><closed>{closed}</closed><default>{default}</default></standardValue>"
        for name, closed, default in (("New", "false", "true"), ("Done", "true", "false"), ("Closed", "true", "false"))
    )
    content = f"<StandardValueSet {NAMESPACE}>{values}</StandardValueSet>"
    path = "standardValueSets/CaseStatus.standardValueSet"
    await succeeded(api, zipped({"CaseStatus": "StandardValueSet"}, {path: content}))
    made = (await api.post("sobjects/Case", json={"Status": "Done"})).json()["id"]
    assert (await org.query(f"SELECT IsClosed FROM Case WHERE Id = '{made}'"))[0]["IsClosed"] is True


async def test_a_deployed_queue_owns_cases_and_has_members(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    (user,) = await org.query("SELECT Id, Username FROM User WHERE UserType = 'Standard' AND IsActive = true LIMIT 1")
    members = f"<queueMembers><users><user>{user['Username']}</user></users></queueMembers>"
    content = QUEUE.replace("</Queue>", f"{members}</Queue>")
    await succeeded(api, zipped({"Second_Line": "Queue"}, {"queues/Second_Line.queue": content}))
    (queue,) = await org.query("SELECT Id, Type FROM Group WHERE DeveloperName = 'Second_Line'")
    assert [one["UserOrGroupId"] for one in await org.query("SELECT UserOrGroupId FROM GroupMember WHERE "
            f"GroupId = '{queue['Id']}'")] == [user["Id"]]  # fmt: skip
    off = {"Sforce-Auto-Assign": "FALSE"}
    made = await api.post("sobjects/Case", json={"OwnerId": queue["Id"]}, headers=off)
    assert made.status_code == 201, made.text
    gone = zipped({}, {"destructiveChanges.xml": manifest({"Second_Line": "Queue"})})
    assert "owns records" in problems(await deployed(api, gone))["Second_Line"]
    await api.delete(f"sobjects/Case/{made.json()['id']}")
    await succeeded(api, gone)
    assert await org.query("SELECT Id FROM Group WHERE DeveloperName = 'Second_Line'") == []


async def test_a_deployed_assignment_rule_assigns_in_place_of_the_one_that_was_active(
    api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    conditions = item("Case.Priority", "equals", "High,Critical") + item("Case.Subject", "notContain", "test")
    report = await with_rules(api, rules(entry(conditions)))
    assert report["success"] is True, problems(report)
    assert await owner_of(org, api, Priority="Critical", Subject="Down") == "Second line"
    assert await owner_of(org, api, Priority="Low", Subject="Down") != "Second line"
    assert await owner_of(org, api, Priority="High", Subject="A TEST") != "Second line"
    active = await org.query("SELECT Name FROM AssignmentRule WHERE Active = true")
    assert [one["Name"] for one in active] == ["Standard"]


@pytest.mark.parametrize(
    ("conditions", "case", "assigned"),
    [
        (f"<booleanFilter>1 AND (2 OR NOT 3)</booleanFilter>{item('Case.Origin', 'equals', 'Web')}"
         f"{item('Case.Subject', 'startsWith', 'Api')}{item('Case.Priority', 'equals', 'Low')}",
         {"Origin": "Web", "Subject": "API down", "Priority": "Low"}, True),
        (f"<booleanFilter>1 AND NOT 2</booleanFilter>{item('Case.Origin', 'equals', 'Web')}"
         f"{item('Case.Priority', 'equals', 'Low')}", {"Origin": "Web", "Priority": "Low"}, False),
        ("<formula>CONTAINS(Subject, \"billing\")</formula>", {"Subject": "My Billing"}, True),
        ("<criteriaItems><field>Case.Type</field><operation>equals</operation></criteriaItems>", {"Subject": "x"}, True),
        (item("Case.IsEscalated", "equals", "True"), {"Subject": "x"}, False),
        (item("Case.CreatedDate", "greaterThan", "2020-01-01"), {"Subject": "x"}, True),
        ("", {"Subject": "x"}, True),
    ],
)  # fmt: skip
async def test_conditions_of_an_entry_are_computed(
    api: httpx2.AsyncClient, org: RunningOrg, conditions: str, case: dict[str, str], assigned: bool
) -> None:
    report = await with_rules(api, rules(entry(conditions)))
    assert (report["success"], warnings(report)) == (True, {}), problems(report)
    assert (await owner_of(org, api, **case) == "Second line") is assigned


async def test_a_caller_names_the_rule_that_assigns(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    await with_rules(api, rules(entry(""), active="false", name="Night"))
    (night,) = await org.query("SELECT Id, Active FROM AssignmentRule WHERE Name = 'Night'")
    assert night["Active"] is False
    assert await owner_of(org, api, Subject="x") != "Second line"
    assert await owner_of(org, api, {"Sforce-Auto-Assign": night["Id"]}, Subject="x") == "Second line"
    unknown = await api.post(
        "sobjects/Case", json={"Subject": "x"}, headers={"Sforce-Auto-Assign": "01Q000000000000AAA"}
    )
    assert (unknown.status_code, unknown.json()[0]["errorCode"]) == (400, "INVALID_CROSS_REFERENCE_KEY")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (rules(entry("", queue="Nobody")), "no Group named Nobody found"),
        (rules(entry(item("Case.Nope__c", "equals", "x"))), "no CustomField named Case.Nope__c found"),
        (rules(entry(f"<booleanFilter>1 AND 2</booleanFilter>{item('Case.Type', 'equals', 'x')}")), "criteria item 2"),
        (rules(entry("<formula>AND(</formula>")), "cannot be read"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(api: httpx2.AsyncClient, content: str, sentence: str) -> None:
    report = await with_rules(api, content)
    assert (report["success"], sentence in problems(report)["Case.Standard"]) == (False, True), problems(report)


async def test_a_rule_that_is_not_computed_here_is_stored_and_said_to_have_no_effect(
    api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    report = await with_rules(api, rules(entry(item("User.Profile", "equals", "x"))))
    assert "does not compute the field User.Profile" in warnings(report)["Case.Standard"]
    assert await owner_of(org, api, Subject="x") != "Second line"


async def test_a_deployed_permission_set_permits_what_it_says_to_whom_it_is_assigned(
    api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    content = (
        f"<PermissionSet {NAMESPACE}><label>Agent</label>"
        "<objectPermissions><object>Case</object><allowRead>true</allowRead></objectPermissions>"
        "<fieldPermissions><field>Case.Subject</field><readable>true</readable><editable>false</editable>"
        "</fieldPermissions></PermissionSet>"
    )
    path = "permissionsets/Agent.permissionset"
    await succeeded(api, zipped({"Agent": "PermissionSet"}, {path: content}))
    (right,) = await org.query(
        "SELECT PermissionsRead, PermissionsEdit FROM ObjectPermissions WHERE Parent.Name = 'Agent'"
    )
    assert (right["PermissionsRead"], right["PermissionsEdit"]) == (True, False)
    (one,) = await org.query("SELECT Field, PermissionsEdit FROM FieldPermissions WHERE Parent.Name = 'Agent'")
    assert (one["Field"], one["PermissionsEdit"]) == ("Case.Subject", False)
    unknown = await deployed(api, zipped({"Agent": "PermissionSet"}, {path: content.replace("Subject", "Nope__c")}))
    assert "no CustomField named Case.Nope__c" in problems(unknown)["Agent"]


async def test_roles_and_groups_become_records(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    files = {
        "roles/Chief.role": f"<Role {NAMESPACE}><name>Chief</name></Role>",
        "roles/Hand.role": f"<Role {NAMESPACE}><name>Hand</name><parentRole>Chief</parentRole></Role>",
        "groups/All.group": f"<Group {NAMESPACE}><name>Everybody</name></Group>",
    }
    await succeeded(api, zipped({"Chief": "Role", "Hand": "Role", "All": "Group"}, files))
    (chief,) = await org.query("SELECT Id FROM UserRole WHERE DeveloperName = 'Chief'")
    assert await org.query(f"SELECT Id FROM UserRole WHERE ParentRoleId = '{chief['Id']}'")
    assert await org.query("SELECT Id FROM Group WHERE DeveloperName = 'All' AND Type = 'Regular'")


async def test_fields_have_their_defaults_and_a_formula_s_is_said_not_to_be_computed(
    api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    fields = field("Word__c", '<type>Text</type><length>9</length><defaultValue>"hello"</defaultValue>')
    fields += field(
        "Score__c", "<type>Number</type><precision>3</precision><scale>0</scale><defaultValue>7</defaultValue>"
    )
    fields += field("Due__c", "<type>Date</type><defaultValue>TODAY() + 1</defaultValue>")
    members = {f"Case.{name}__c": "CustomField" for name in ("Word", "Score", "Due")}
    report = await succeeded(api, zipped(members, {"objects/Case.object": custom_object(fields)}))
    assert "begins empty here" in warnings(report)["Case.Due__c"]
    made = (await api.post("sobjects/Case", json={})).json()["id"]
    (case,) = await org.query(f"SELECT Word__c, Score__c, Due__c FROM Case WHERE Id = '{made}'")
    assert (case["Word__c"], case["Score__c"], case["Due__c"]) == ("hello", 7, None)


async def test_changes_of_a_field_are_written_down_once_it_is_tracked(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    content = custom_object("<fields><fullName>Reason</fullName><trackHistory>true</trackHistory></fields>")
    await succeeded(api, zipped({"Case.Reason": "CustomField"}, {"objects/Case.object": content}))
    made = (await api.post("sobjects/Case", json={})).json()["id"]
    changed = await api.patch(f"sobjects/Case/{made}", json={"Reason": "Other"})
    assert changed.status_code == 204, changed.text
    (entry,) = await org.query(f"SELECT NewValue FROM CaseHistory WHERE CaseId = '{made}' AND Field = 'Reason'")
    assert entry["NewValue"] == "Other"


async def test_records_of_a_private_object_are_seen_by_their_owners_only(
    api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    inner = (
        "<label>Note</label><pluralLabel>Notes</pluralLabel><sharingModel>Private</sharingModel>"
        "<nameField><label>Name</label><type>Text</type></nameField>"
    )
    await succeeded(api, zipped({"Note__c": "CustomObject"}, {"objects/Note__c.object": custom_object(inner)}))
    (other,) = await org.query("SELECT Id, Username FROM User WHERE Username LIKE 'tom.%'")
    foreign, own = [
        (await api.post("sobjects/Note__c", json={"Name": "n", **values})).json()["id"]
        for values in ({}, {"OwnerId": other["Id"]})
    ]
    assert (
        await api.post(f"sobjects/User/{other['Id']}/password", json={"NewPassword": "Sesame-Open-1"})
    ).status_code == 204
    form = {"grant_type": "password", "client_id": org.client_id, "client_secret": org.client_secret}
    form |= {"username": other["Username"], "password": "Sesame-Open-1"}
    token = (await api.post(f"{org.url}/services/oauth2/token", data=form)).json()["access_token"]
    as_other = {"Authorization": f"Bearer {token}"}
    answer = await api.get("query", params={"q": "SELECT Id FROM Note__c"}, headers=as_other)
    assert [one["Id"] for one in answer.json()["records"]] == [own]
    assert (await api.get(f"sobjects/Note__c/{foreign}", headers=as_other)).status_code == 404
    assert await org.query("SELECT Id FROM Note__Share") == []


def simple_object(label: str, inner: str = "") -> str:
    named = "<nameField><label>Name</label><type>Text</type></nameField>"
    told = f"<label>{label}</label><pluralLabel>{label}s</pluralLabel><sharingModel>ReadWrite</sharingModel>"
    return custom_object(f"{told}{named}{inner}")


async def test_a_deleted_object_is_gone_with_its_records_unless_a_field_refers_to_it(
    api: httpx2.AsyncClient,
) -> None:
    boat = zipped({"Boat__c": "CustomObject"}, {"objects/Boat__c.object": simple_object("Boat")})
    await succeeded(api, boat)
    assert (await api.post("sobjects/Boat__c", json={"Name": "A"})).status_code == 201
    lookup = field("Boat__c", "<type>Lookup</type><referenceTo>Boat__c</referenceTo>")
    await succeeded(api, zipped({"Case.Boat__c": "CustomField"}, {"objects/Case.object": custom_object(lookup)}))
    gone = zipped({}, {"destructiveChanges.xml": manifest({"Boat__c": "CustomObject"})})
    assert "referenced elsewhere" in problems(await deployed(api, gone))["Boat__c"]
    await succeeded(api, zipped({}, {"destructiveChanges.xml": manifest({"Case.Boat__c": "CustomField"})}))
    await succeeded(api, gone)
    assert (await api.get("sobjects/Boat__c")).status_code == 404
    await succeeded(api, boat)
    assert (await api.get("query", params={"q": "SELECT Id FROM Boat__c"})).json()["records"] == []


async def test_ids_of_deployed_objects_mean_the_same_after_a_restart(aurora_seed: Path, tmp_path: Path) -> None:
    names = ("Zebra__c", "Ant__c")
    made: dict[str, str] = {}
    async with start_org("aurora", aurora_seed, tmp_path) as org:
        headers = {"Authorization": f"Bearer {await org.access_token()}"}
        base = f"{org.url}/services/data/v67.0/"
        async with httpx2.AsyncClient(base_url=base, headers=headers, trust_env=False) as api:
            for name in names:
                await succeeded(api, zipped({name: "CustomObject"}, {f"objects/{name}.object": simple_object(name)}))
                made[name] = (await api.post(f"sobjects/{name}", json={"Name": name})).json()["id"]
    async with start_org("aurora", aurora_seed, tmp_path) as org:
        headers = {"Authorization": f"Bearer {await org.access_token()}"}
        async with httpx2.AsyncClient(base_url=org.url, headers=headers, trust_env=False) as api:
            for name in names:
                described = (await api.get(f"/services/data/v67.0/sobjects/{name}/describe")).json()
                assert made[name].startswith(described["keyPrefix"])


async def test_parts_of_a_file_are_deployed_with_the_whole_that_is_named(api: httpx2.AsyncClient) -> None:
    content = custom_object(field("Ring__c", "<type>Text</type><length>9</length>"))
    report = await succeeded(api, zipped({"Case": "CustomObject"}, {"objects/Case.object": content}))
    assert "Case.Ring__c" in {one["fullName"] for one in report["details"]["componentSuccesses"]}
    assert (await api.post("sobjects/Case", json={"Ring__c": "r"})).status_code == 201


@pytest.mark.parametrize(
    ("member", "kind", "path", "content", "why"),
    [
        ("F", "Flow", "flows/F.flow", f"<Flow {NAMESPACE}><label>F</label><processType>Flow</processType></Flow>", "runs no flows"),
        ("Case", "Workflow", "workflows/Case.workflow", f"<Workflow {NAMESPACE}/>", "runs no workflow rules"),
        ("Case", "SharingRules", "sharingRules/Case.sharingRules", f"<SharingRules {NAMESPACE}/>", "as the seed says"),
        ("Case", "Settings", "settings/Case.settings", f"<CaseSettings {NAMESPACE}/>", "those of the seed"),
    ],
)  # fmt: skip
async def test_what_has_no_effect_is_stored_and_said_to_have_none(
    api: httpx2.AsyncClient, member: str, kind: str, path: str, content: str, why: str
) -> None:
    report = await succeeded(api, zipped({member: kind}, {path: content}))
    assert why in warnings(report)[member]


async def test_what_was_deployed_outlives_a_snapshot_and_not_a_reset(
    stranger: httpx2.AsyncClient, api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    kind = "<recordTypes><fullName>Outage</fullName><active>true</active><label>Outage</label></recordTypes>"
    await succeeded(api, zipped({"Case.Outage": "RecordType"}, {"objects/Case.object": custom_object(kind)}))
    await with_rules(api, rules(entry("")))
    await stranger.post("/localorg/snapshots", json={"name": "deployed"})
    await org.reset()
    assert await owner_of(org, api, Subject="x") != "Second line"
    assert await org.query("SELECT Id FROM RecordType WHERE DeveloperName = 'Outage'") == []
    await stranger.post("/localorg/snapshots/deployed/restore")
    assert await owner_of(org, api, Subject="x") == "Second line"
    (outage,) = await org.query("SELECT Id FROM RecordType WHERE DeveloperName = 'Outage'")
    assert (await api.post("sobjects/Case", json={"RecordTypeId": outage["Id"]})).status_code == 201
    await stranger.delete("/localorg/snapshots/deployed")


async def test_a_rule_comes_back_with_its_entries(
    stranger: httpx2.AsyncClient, api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    await with_rules(api, rules(entry(item("Case.Priority", "equals", "High"))))
    answer = await soap(
        org,
        stranger,
        "retrieve",
        "<retrieveRequest><singlePackage>true</singlePackage><unpackaged><types><members>Case</members>"
        "<name>AssignmentRules</name></types></unpackaged></retrieveRequest>",
    )
    retrieval = answer.split("<id>")[1].split("</id>")[0]
    told = await soap(org, stranger, "checkRetrieveStatus", f"<asyncProcessId>{retrieval}</asyncProcessId>")
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(told.split("<zipFile>")[1].split("</zipFile>")[0])))
    content = archive.read("assignmentRules/Case.assignmentRules").decode()
    assert "<assignedTo>Second_Line</assignedTo>" in content
    assert content.count("<fullName>Standard</fullName>") == 1
