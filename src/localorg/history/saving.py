"""A world as rows of the org."""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from localorg.history.customers import Account, Contact
from localorg.history.demand import PlannedCase
from localorg.history.desk import BY_CUSTOMER, Course, Said, Step
from localorg.history.errors import HistoryError
from localorg.history.grammar import Piece
from localorg.history.letters import first_message
from localorg.history.models import StaffMember
from localorg.history.replies import Correspondence
from localorg.history.reservation import first_number
from localorg.history.rows import Tables, wire
from localorg.history.scene import CaseNumbers, SceneMaker
from localorg.history.staff import Agent
from localorg.history.values import Values
from localorg.history.world import World
from localorg.records.values import ColumnValue

_PER_CASE = 64
"""Ids set aside for the comments, history entries and mails of one case."""
_ALWAYS_USER = 0.55


@dataclass
class People:
    """Ids of the org's own people and queues, and those given to the history's."""

    integration: str
    profiles: dict[str, str]
    queues: dict[str, tuple[str, str]]
    """Name and id by developer name."""
    staff: dict[str, str] = field(default_factory=dict)
    accounts: dict[int, str] = field(default_factory=dict)
    contacts: dict[int, str] = field(default_factory=dict)
    portal_users: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of_org(cls, connection: sqlite3.Connection, world: World) -> "People":
        """Raises HistoryError if the org's seed lacks what the history builds on."""
        api_user = connection.execute("SELECT value FROM _meta WHERE name = 'api_user_id'").fetchone()[0]
        profiles = {row["Name"]: row["Id"] for row in connection.execute('SELECT "Id", "Name" FROM "Profile"')}
        queues = connection.execute('SELECT "Id", "Name", "DeveloperName" FROM "Group" WHERE "Type" = \'Queue\'')
        people = cls(api_user, profiles, {row["DeveloperName"]: (row["Name"], row["Id"]) for row in queues})
        desk = world.document.history.desk
        named = {
            desk.queue,
            *desk.queue_of_reason.values(),
            *desk.queue_of_priority.values(),
            *filter(None, [desk.escalation_queue]),
        }
        for queue in (*sorted(named), *(queue for member in desk.staff for queue in member.queues)):
            if queue not in people.queues:
                raise HistoryError(f"the history speaks of the queue {queue}, which the org's seed does not have")
        for profile in (desk.profile, world.document.history.customers.portal_profile):
            if profile is not None and profile not in profiles:
                raise HistoryError(f"the history speaks of the profile {profile!r}, which the org's seed does not have")
        for row in connection.execute('SELECT "Id", "Username" FROM "User" WHERE "ContactId" IS NULL'):
            people.staff[row["Username"]] = row["Id"]
        return people


class CustomerRows:
    """Staff, accounts, contacts, and the users some of them have."""

    def __init__(self, world: World, tables: Tables, people: People) -> None:
        self._world = world
        self._history = world.document.history
        self._tables = tables
        self._people = people
        self._next_user = first_number("User")
        self._next_record: dict[str, int] = {}

    def add_all(self) -> None:
        writers = {case.contact.number for case in self._world.cases if case.contact is not None}
        for member in self._history.desk.staff:
            self._add_staff_member(member)
        for account in self._world.accounts:
            self._add_account(account)
        for contact in self._world.contacts:
            self._add_contact(contact, contact.number in writers)

    def _add_staff_member(self, member: StaffMember) -> None:
        if member.username in self._people.staff:
            return
        joined = member.joined_days_ago if member.joined_days_ago is not None else self._history.days + 300
        at = wire(self._world.now - timedelta(days=joined))
        user = self._user(member.username, member.first_name, member.last_name, member.username)
        user |= {
            "Title": member.title,
            "ProfileId": self._people.profiles[self._history.desk.profile],
            "UserType": "Standard",
            "IsActive": int(member.left_days_ago is None),
        }
        user_id = self._add_user(user, at)
        self._people.staff[member.username] = user_id
        for queue in member.queues:
            values: dict[str, ColumnValue] = {"GroupId": self._people.queues[queue][1], "UserOrGroupId": user_id}
            self._add("GroupMember", values, at)

    def _add_account(self, account: Account) -> None:
        customers = self._history.customers
        number = ""
        if customers.account_number:
            before, _, rest = customers.account_number.partition("{")
            start, _, after = rest.partition("}")
            number = f"{before}{int(start) + account.number}{after}"
        website = None if account.kind.household else f"https://{account.domain}"
        types = tuple(customers.type)
        staff = [member for member in self._history.desk.staff if member.left_days_ago is None]
        values: dict[str, ColumnValue] = {
            "Name": account.name,
            "Type": types[0] if account.style % 100 < customers.type[types[0]] else types[-1],
            "Industry": account.industry or None,
            "AccountNumber": number or None,
            "Phone": account.phone,
            "Website": website,
            "NumberOfEmployees": account.employees,
            "BillingCity": account.city.name,
            "BillingState": account.city.state or None,
            "BillingPostalCode": account.city.postal_code,
            "BillingCountry": self._history.countries[account.country].name,
            "OwnerId": self._people.staff[staff[account.style % len(staff)].username],
        }
        at = wire(account.since)
        table = self._tables["Account"]
        self._people.accounts[account.number] = table.add(
            account.number + 1, values, at=at, by=self._people.integration
        )
        self._add_records(account, at)

    def _add_records(self, account: Account, at: str) -> None:
        """What the document wants beside each account, such as its subscription."""
        renewal = account.since.replace(year=self._world.now.year, day=min(account.since.day, 28))
        if renewal < self._world.now:
            renewal = renewal.replace(year=renewal.year + 1)
        fixed = {
            **account.values,
            "account_id": self._people.accounts[account.number],
            "account": account.name,
            "since_date": account.since.date().isoformat(),
            "renewal_date": renewal.date().isoformat(),
        }
        for template in self._history.customers.records:
            table = self._tables[template.object]
            values = Values(self._world.document.random("records", account.number), fixed, ())
            random = self._world.document.random("fields", account.number)
            fields = {name: Piece(text).expand(random, values) for name, text in template.fields.items()}
            self._add(template.object, table.read(fields), at)

    def _add_contact(self, contact: Contact, writes: bool) -> None:
        account = contact.account
        at = wire(contact.since)
        values: dict[str, ColumnValue] = {
            "AccountId": self._people.accounts[account.number],
            "FirstName": contact.first,
            "LastName": contact.last,
            "Name": f"{contact.first} {contact.last}",
            "Email": contact.email,
            "Phone": contact.phone,
            "Title": contact.title or None,
            "Department": contact.department or None,
            "MailingCity": account.city.name,
            "MailingCountry": self._history.countries[account.country].name,
            "OwnerId": self._people.integration,
            "Language__c": contact.language,
        }
        contact_id = self._tables["Contact"].add(contact.number + 1, values, at=at, by=self._people.integration)
        self._people.contacts[contact.number] = contact_id
        profile = self._history.customers.portal_profile
        if profile is not None and (writes or contact.weight % 1 < _ALWAYS_USER):
            user = self._user(contact.email, contact.first, contact.last, contact.email)
            user |= {
                "ProfileId": self._people.profiles[profile],
                "UserType": "PowerCustomerSuccess",
                "ContactId": contact_id,
                "AccountId": self._people.accounts[account.number],
                "IsActive": 1,
                "Phone": contact.phone,
                "TimeZoneSidKey": account.city.zone,
                "LocaleSidKey": f"{contact.language}_{account.country}",
            }
            self._people.portal_users[contact.number] = self._add_user(user, at)

    def _user(self, username: str, first: str, last: str, email: str) -> dict[str, ColumnValue]:
        names: dict[str, ColumnValue] = {"FirstName": first, "LastName": last, "Name": f"{first} {last}"}
        return {"Username": username, "Email": email, "Alias": username[:8], **names}

    def _add_user(self, values: dict[str, ColumnValue], at: str) -> str:
        user_id = self._tables["User"].add(self._next_user, values, at=at, by=self._people.integration)
        self._next_user += 1
        if "UserLogin" in self._tables:
            self._add("UserLogin", {"UserId": user_id}, at)
        return user_id

    def _add(self, object_name: str, values: dict[str, ColumnValue], at: str) -> None:
        number = self._next_record.get(object_name, first_number(object_name))
        self._tables[object_name].add(number, values, at=at, by=self._people.integration)
        self._next_record[object_name] = number + 1


class CaseRows:
    """Each case with its history, comments and mails."""

    def __init__(self, world: World, tables: Tables, people: People) -> None:
        self._world = world
        self._tables = tables
        self._people = people
        number = tables["Case"].definition.field("CaseNumber")
        assert number is not None and number.auto_number is not None
        self._numbers = CaseNumbers(number.auto_number)
        self._scenes = SceneMaker(world.document, self._numbers)

    def add(self, case: PlannedCase, course: Course) -> None:
        now = self._world.now
        entry = _Entry(self._tables, self._people, case, course, [step for step in course.steps if step.at <= now])
        if case.contact is None:
            self._add_incident(entry)
            return
        scene = self._scenes.make(case, course.mood, course.origin)
        subject, text = first_message(scene)
        values: dict[str, ColumnValue] = {"Subject": subject, "Description": text, "Type": scene.type}
        for name, wanted in self._world.document.history.customers.case_fields.items():
            values[name] = scene.values(wanted)
        if case.parent is not None:
            values["ParentId"] = self._tables["Case"].id(case.parent.number + 1)
        entry.subject = subject
        entry.add_case(values, self._numbers.of(case))
        entry.add_history()
        correspondence = Correspondence(scene)
        for step in entry.steps:
            if step.said is not None:
                entry.add_comment(step, correspondence.text(step))

    def _add_incident(self, entry: "_Entry") -> None:
        event = entry.case.event
        assert event is not None and event.incident is not None
        incident = event.incident
        values = {"Subject": incident.subject, "Description": incident.description, "Type": "Incident"}
        entry.add_case(
            {**values, "Reason": incident.reason, "Product__c": incident.product}, self._numbers.of(entry.case)
        )
        entry.add_history()
        for step in entry.steps:
            if step.said is Said.UPDATE:
                entry.add_comment(step, step.text)


@dataclass
class _Entry:
    """One case on its way into the tables."""

    tables: Tables
    people: People
    case: PlannedCase
    course: Course
    steps: list[Step]
    subject: str = ""
    case_id: str = ""
    _entries: int = 0

    @property
    def _author(self) -> str:
        """Who a portal user's case is created by; others come in through the connected app."""
        contact = self.case.contact
        return (
            self.people.portal_users.get(contact.number, self.people.integration)
            if contact
            else self.people.integration
        )

    def add_case(self, values: dict[str, ColumnValue], number: str) -> None:
        status, priority, owner, escalated, closed = (
            "New",
            self.course.priority,
            self.people.queues[self.course.queue][1],
            0,
            None,
        )
        for step in self.steps:
            status, priority = step.status or status, step.priority or priority
            owner = self._owner(step.owner)[1] if step.owner else owner
            escalated |= step.escalated
            if step.status:
                closed = wire(step.at) if step.status == "Closed" else None
        contact = self.case.contact
        last = self.steps[-1] if self.steps else None
        row: dict[str, ColumnValue] = {
            "CaseNumber": number,
            "Status": status,
            "Priority": priority,
            "Origin": self.course.origin,
            "ContactId": self.people.contacts[contact.number] if contact else None,
            "AccountId": self.people.accounts[contact.account.number] if contact else None,
            "OwnerId": owner,
            "Reason": self.case.topic.reason,
            "Product__c": self.case.topic.product,
            "Category__c": self.case.topic.name,
            "IsClosed": int(status == "Closed"),
            "ClosedDate": closed,
            "IsEscalated": int(escalated),
            "Satisfaction__c": self.course.satisfaction if closed else None,
            **values,
        }
        table = self.tables["Case"]
        row = {name: value for name, value in row.items() if table.has(name)}
        self.case_id = table.add(
            self.case.number + 1,
            row,
            at=wire(self.case.at),
            by=self._author,
            changed=wire(last.at) if last else "",
            changed_by=self._by(last) if last else "",
        )

    def add_history(self) -> None:
        """What the automation of cases writes when tracked fields change."""
        self._add_entry("created", "Text", None, None, self.case.at, self._author)
        status, priority, escalated = "New", self.course.priority, False
        owner = self.people.queues[self.course.queue]
        for step in self.steps:
            by = self._by(step)
            if step.owner:
                new = self._owner(step.owner)
                if new != owner:
                    self._add_entry("Owner", "Text", owner[0], new[0], step.at, by)
                    self._add_entry("Owner", "EntityId", owner[1], new[1], step.at, by)
                owner = new
            if step.status and step.status != status:
                self._add_entry("Status", "Text", status, step.status, step.at, by)
                status = step.status
            if step.priority and step.priority != priority:
                self._add_entry("Priority", "Text", priority, step.priority, step.at, by)
                priority = step.priority
            if step.escalated and not escalated:
                self._add_entry("IsEscalated", "Text", "false", "true", step.at, by)
                escalated = True

    def add_comment(self, step: Step, text: str) -> None:
        """What a customer without a user of the portal says comes by e-mail."""
        contact = self.case.contact
        if step.said in BY_CUSTOMER and contact is not None and contact.number not in self.people.portal_users:
            mail: dict[str, ColumnValue] = {
                "ParentId": self.case_id,
                "Subject": f"Re: {self.subject}",
                "TextBody": text,
                "FromName": f"{contact.first} {contact.last}",
                "FromAddress": contact.email,
                "Incoming": 1,
                "Status": "1",
                "MessageDate": wire(step.at),
            }
            self._add_related("EmailMessage", mail, step)
            return
        values: dict[str, ColumnValue] = {
            "ParentId": self.case_id,
            "IsPublished": int(step.public),
            "CommentBody": text,
        }
        self._add_related("CaseComment", values, step)

    def _add_entry(self, name: str, kind: str, old: str | None, new: str | None, at: datetime, by: str) -> None:
        values: dict[str, ColumnValue] = {
            "CaseId": self.case_id,
            "Field": name,
            "DataType": kind,
            "OldValue": old,
            "NewValue": new,
        }
        self.tables["CaseHistory"].add(self._number(), values, at=wire(at), by=by)

    def _add_related(self, object_name: str, values: dict[str, ColumnValue], step: Step) -> None:
        self.tables[object_name].add(self._number(), values, at=wire(step.at), by=self._by(step))

    def _number(self) -> int:
        self._entries += 1
        assert self._entries < _PER_CASE
        return self.case.number * _PER_CASE + self._entries

    def _by(self, step: Step) -> str:
        return self.people.staff[step.by.member.username] if step.by else self._author

    def _owner(self, owner: Agent | str) -> tuple[str, str]:
        """Name and id."""
        if isinstance(owner, str):
            return self.people.queues[owner]
        member = owner.member
        return f"{member.first_name} {member.last_name}", self.people.staff[member.username]
