"""A deployment: read, checked and stored as a whole, or as far as it is good."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localorg.access import share_name
from localorg.clock import to_wire
from localorg.ids import RecordId
from localorg.metadata import apex
from localorg.metadata.errors import RefusedError
from localorg.metadata.models import Component, ComponentName, DeployOptions, DeployStatus, Problem
from localorg.metadata.objects import new_definitions, rules_about, without_field, without_rule
from localorg.metadata.packages import PACKAGE, Package, read_package, unzip
from localorg.metadata.picklists import global_name, global_value_sets
from localorg.metadata.setup import set_up, take_down
from localorg.metadata.store import Store
from localorg.metadata.types import unheeded
from localorg.records.rules import ensure_record_types
from localorg.records.service import Caller, Records
from localorg.schema.models import Schema, SObject
from localorg.storage.database import savepoint
from localorg.storage.quoting import quoted
from localorg.storage.tables import create_tables

_NO_TESTS = frozenset({"", "NoTestRun", "RunRelevantTests"})
OF_THE_SCHEMA = ("CustomObject", "CustomField", "GlobalValueSet", "StandardValueSet", "RecordType", "ValidationRule")
DEPLOYMENT_PREFIX = "0Af"


@dataclass(frozen=True, slots=True)
class User:
    id: RecordId
    name: str


@dataclass(frozen=True, slots=True)
class Deployed:
    report: dict[str, Any]
    definitions: tuple[SObject, ...]
    """What the org's schema takes up once all is committed."""
    removed: tuple[str, ...]
    """The objects that it then has no more."""


@dataclass
class Deployment:
    store: Store
    schema: Schema
    user: User
    now: datetime
    options: DeployOptions
    successes: list[dict[str, Any]] = field(default_factory=list)
    definitions: tuple[SObject, ...] = ()
    removed: tuple[str, ...] = ()

    def run(self, package: Package) -> list[Problem]:
        """Stores what is good; gives all problems, warnings too."""
        problems = list(package.problems)
        refused = {problem.name for problem in problems}
        good = [component for component in package.components if component.name not in refused]
        problems += [problem for component in good for problem in (*apex.check(component), *_inert(component))]
        shared = global_value_sets([*(one.component for one in self.store.of_type("GlobalValueSet")), *good])
        listed = [*good, *self._fields_of_value_sets(good)]
        self.definitions = new_definitions(listed, self.schema, problems, shared, self.store.key_prefixes())
        for definition in self.definitions:
            create_tables(self.store.connection, Schema((definition,)))
            if self.schema.find(definition.name) is None:
                self.store.keep_key_prefix(definition.name, definition.key_prefix)
        records = self._records()
        for definition in self.definitions:
            ensure_record_types(records, definition)
        problems += set_up(records, good)
        refused = {problem.name for problem in problems if not problem.warning}
        for name in sorted(package.deletions, key=lambda one: one.type == "CustomField"):
            problems += self._delete(name)
        warned = {problem.name: problem for problem in problems if problem.warning}
        for component in good:
            if component.name not in refused:
                self._save(component, warned.get(component.name))
        if not refused:
            self.successes.append(_success(ComponentName("", PACKAGE), PACKAGE, None, self.now))
        return problems

    def _fields_of_value_sets(self, good: Sequence[Component]) -> list[Component]:
        """Stored fields that take their values from a global value set which is deployed."""
        sets = {one.name.full_name.lower() for one in good if one.name.type == "GlobalValueSet"}
        own = {one.name for one in good}
        stored = (one.component for one in self.store.of_type("CustomField")) if sets else ()
        return [one for one in stored if one.name not in own and (global_name(one) or "").lower() in sets]

    def _records(self) -> Records:
        """Those of the org as the deployment leaves it, written by the org itself."""
        schema = Schema((*self.schema, *self.definitions), self.schema.data_category_groups)
        itself = Caller(self.user.id, self.now, auto_assign=False, seeding=True)
        return Records(self.store.connection, schema, self.store.instance, itself)

    def _save(self, component: Component, warning: Problem | None) -> None:
        known = self.store.find(component.name)
        changed = known is None or dict(known.component.files) != dict(component.files)
        record_id = self.store.save(component, self.user.id, self.now) if changed or known is None else known.id
        told = _success(component.name, component.file_name, record_id, self.now)
        told |= {"changed": changed, "created": known is None}
        self.successes.append(told if warning is None else told | {"problem": warning.text, "problemType": "Warning"})

    def _delete(self, name: ComponentName) -> Sequence[Problem]:
        known = self.store.find(name)
        if known is None:
            text = f"No {name.type} named: {name.full_name} found"
            return (Problem(name, "destructiveChanges.xml", text, warning=True),)
        object_name, _, short = name.full_name.rpartition(".")
        definition = self._definition(object_name)
        asking = rules_about(definition, short) if name.type == "CustomField" and definition is not None else ()
        if asking:
            text = f"This custom field is referenced elsewhere in salesforce.com. : Validation Rule - {asking[0]}"
            return (Problem(name, "destructiveChanges.xml", text),)
        if name.type == "RecordType":
            return (Problem(name, "destructiveChanges.xml", "Cannot delete record type through API"),)
        try:
            if name.type == "CustomObject":
                self._remove_object(name)
            take_down(self._records(), name)
        except RefusedError as error:
            return (Problem(name, "destructiveChanges.xml", str(error)),)
        self.store.delete(known.id)
        told = _success(name, "destructiveChanges.xml", known.id, self.now)
        self.successes.append(told | {"changed": True, "deleted": True})
        take_away = {"CustomField": without_field, "ValidationRule": without_rule}.get(name.type)
        if take_away is not None and definition is not None:
            self.definitions = (*self.definitions, take_away(definition, short))
        return ()

    def _remove_object(self, name: ComponentName) -> None:
        """With its parts and its records. Raises RefusedError."""
        definition = self._definition(name.full_name)
        if definition is None:
            return
        if not definition.custom:
            raise RefusedError(f"The standard object {definition.name} cannot be deleted")
        own = (definition.name, share_name(definition))
        for child in self.schema.child_relationships(definition):
            if child.child not in own:
                field_name = f"{child.child}.{child.field.name}"
                raise RefusedError(
                    f"This custom object is referenced elsewhere in salesforce.com. : Custom Field - {field_name}"
                )
        self.store.delete_parts(definition.name)
        for one in own:
            if self._definition(one) is not None:
                self.store.connection.execute(f"DELETE FROM {quoted(one)}")
        self.removed = (*self.removed, *own)

    def _definition(self, name: str) -> SObject | None:
        """As it is after what this deployment did so far."""
        changed = (one for one in reversed(self.definitions) if one.name.lower() == name.lower())
        return next(changed, None) or self.schema.find(name)


def _inert(component: Component) -> Sequence[Problem]:
    """Says of what changes nothing here that it does not."""
    why = unheeded(component.name.type)
    if why is None:
        return ()
    text = f"{component.name.full_name} is stored, but has no effect here: {why}"
    return (Problem(component.name, component.file_name, text, warning=True),)


class _UndoneError(Exception):
    """Nothing of the deployment stays."""


def deploy(
    connection: sqlite3.Connection,
    instance: str,
    schema: Schema,
    user: User,
    now: datetime,
    content: bytes,
    options: DeployOptions,
) -> Deployed:
    """Keeps the report for whoever asks later. Raises ApiError for what is no zip."""
    store = Store(connection, instance)
    package = read_package(unzip(content))
    deployment = Deployment(store, schema, user, now, options)
    problems: list[Problem] = []
    undone = False
    tests: list[dict[str, Any]] = []
    try:
        with savepoint(connection):
            problems = deployment.run(package)
            failed = any(not problem.warning for problem in problems)
            tests = [] if failed else _tests(store, options)
            if options.check_only or tests or (failed and options.rollback_on_error) or not deployment.successes:
                raise _UndoneError
    except _UndoneError:
        undone = True
    report = _report(store.new_id(DEPLOYMENT_PREFIX), deployment, problems, tests, undone=undone)
    store.keep_report(RecordId(report["id"]), report)
    return Deployed(report, *((), ()) if undone else (deployment.definitions, deployment.removed))


def load_definitions(connection: sqlite3.Connection, schema: Schema) -> None:
    """Takes up into `schema` what was deployed earlier."""
    store = Store(connection, "")
    stored = [one.component for kind in OF_THE_SCHEMA for one in store.of_type(kind)]
    value_sets = global_value_sets(one.component for one in store.of_type("GlobalValueSet"))
    for definition in new_definitions(stored, schema, [], value_sets, store.key_prefixes()):
        create_tables(connection, Schema((definition,)))
        schema.add(definition)


def _tests(store: Store, options: DeployOptions) -> list[dict[str, Any]]:
    """The tests that would have to run. None can, so each of them fails and says why."""
    if options.test_level in _NO_TESTS:
        return []
    named = list(options.run_tests) if options.test_level == "RunSpecifiedTests" else None
    found = (
        named
        if named is not None
        else [c.component.name.full_name for c in store.of_type("ApexClass") if apex.is_test(c.component)]
    )
    return [apex.test_failure(name) for name in found]


def _report(
    report_id: RecordId,
    deployment: Deployment,
    problems: Sequence[Problem],
    tests: Sequence[dict[str, Any]],
    *,
    undone: bool,
) -> dict[str, Any]:
    options, moment = deployment.options, to_wire(deployment.now)
    failures = [_failure(problem, deployment.now) for problem in problems if not problem.warning]
    successes = [] if failures and undone else deployment.successes
    status = DeployStatus.SUCCEEDED
    if failures or tests:
        status = DeployStatus.SUCCEEDED_PARTIAL if successes and not undone else DeployStatus.FAILED
    named = [success for success in successes if success["componentType"]]
    return {
        "id": report_id,
        "checkOnly": options.check_only,
        "completedDate": moment,
        "createdBy": deployment.user.id,
        "createdByName": deployment.user.name,
        "createdDate": moment,
        "details": {
            "componentFailures": failures,
            "componentSuccesses": successes,
            "runTestResult": {
                "failures": list(tests),
                "numFailures": len(tests),
                "numTestsRun": len(tests),
                "successes": [],
                "totalTime": 0,
            },
        },
        "done": True,
        "ignoreWarnings": options.ignore_warnings,
        "lastModifiedDate": moment,
        "numberComponentErrors": len(failures),
        "numberComponentsDeployed": len(named),
        "numberComponentsTotal": len(named) + len(failures),
        "numberTestErrors": len(tests),
        "numberTestsCompleted": 0,
        "numberTestsTotal": len(tests),
        "rollbackOnError": options.rollback_on_error,
        "runTestsEnabled": bool(tests),
        "startDate": moment,
        "status": status.value,
        "success": status is DeployStatus.SUCCEEDED,
    }


def _success(name: ComponentName, file_name: str, record_id: RecordId | None, now: datetime) -> dict[str, Any]:
    return {
        "changed": record_id is not None,
        "componentType": name.type,
        "created": False,
        "createdDate": to_wire(now),
        "deleted": False,
        "fileName": file_name,
        "fullName": name.full_name,
        "id": record_id,
        "success": True,
        "warning": False,
    }


def _failure(problem: Problem, now: datetime) -> dict[str, Any]:
    told = _success(problem.name, problem.file_name, None, now) | {"success": False, "problem": problem.text}
    place = {"lineNumber": problem.line, "columnNumber": problem.column} if problem.line else {}
    return told | {"problemType": "Error"} | place
