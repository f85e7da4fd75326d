"""What decides whether a user can sign in: locks and registered verification methods, kept beside every user."""

from typing import TYPE_CHECKING

from localorg.automations.base import Automation, Change
from localorg.errors import ApiError
from localorg.records.values import ColumnValue, Row

if TYPE_CHECKING:
    from localorg.records.service import Records

OF_EVERY_USER = ("UserLogin", "TwoFactorMethodsInfo")


def add_sign_in(user_id: ColumnValue, records: "Records") -> None:
    for name in OF_EVERY_USER:
        records.create_own(records.schema.get(name), {"UserId": user_id})


class UserLoginAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        """Only wrong passwords lock a user; whoever calls the API may unlock one."""
        locks = change.row["IsPasswordLocked"] and change.changes("IsPasswordLocked")
        if locks and not records.caller.seeding:
            message = "Is Password Locked: a user cannot be locked through the API"
            raise ApiError("FIELD_INTEGRITY_EXCEPTION", message, fields=("IsPasswordLocked",))


class TwoFactorInfoAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        change.row["SharedKey"] = None

    def after_save(self, change: Change, records: "Records") -> None:
        _note_authenticator_app(change.row, records)

    def after_delete(self, row: Row, records: "Records") -> None:
        _note_authenticator_app(row, records)


def _note_authenticator_app(row: Row, records: "Records") -> None:
    registered = records.rows.matching(records.schema.get("TwoFactorInfo"), "UserId", row["UserId"])
    methods = records.schema.get("TwoFactorMethodsInfo")
    for found in records.rows.matching(methods, "UserId", row["UserId"]):
        records.rows.update(methods, str(found["Id"]), {"HasTotp": int(bool(registered))})
