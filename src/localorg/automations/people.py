"""Names of contacts and users, and what a user takes from profile and contact."""

from typing import TYPE_CHECKING

from localorg.automations.base import Automation, Change
from localorg.automations.sign_in import add_sign_in
from localorg.errors import ApiError

if TYPE_CHECKING:
    from localorg.records.service import Records


def _full_name(change: Change) -> str | None:
    parts = (change.row["FirstName"], change.row["LastName"])
    return " ".join(str(part) for part in parts if part) or None


class ContactAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        change.row["Name"] = _full_name(change)


class UserAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        row = change.row
        row["Name"] = _full_name(change)
        row["Alias"] = row["Alias"] or str(row["Username"] or "")[:8]
        self._refuse_taken_username(change, records)
        if profile := records.rows.find(records.schema.get("Profile"), str(row["ProfileId"])):
            row["UserType"] = profile["UserType"]
        if contact := records.rows.find(records.schema.get("Contact"), str(row["ContactId"])):
            row["AccountId"] = contact["AccountId"]

    def after_save(self, change: Change, records: "Records") -> None:
        if change.old is None:
            add_sign_in(change.row["Id"], records)

    def _refuse_taken_username(self, change: Change, records: "Records") -> None:
        own_id = change.old["Id"] if change.old else None
        users = records.rows.matching(change.definition, "Username", change.row["Username"])
        if any(user["Id"] != own_id for user in users):
            message = (
                "Duplicate Username.<br>The username already exists in this or another Salesforce organization. "
                "Usernames must be unique across all Salesforce organizations."
            )
            raise ApiError("DUPLICATE_USERNAME", message, fields=("Username",))
