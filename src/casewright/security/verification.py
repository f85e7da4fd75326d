"""Proving that an e-mail address is the customer's, by a one-time code sent to it.

Whether the address is known shows in nothing that comes back: not in the outcome, not in what is stored, not in how often one
may try. Only mail to a known address goes out. Code length, life and number of tries follow NIST SP 800-63B, 5.1.3.
"""

import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Final

from casewright.kit.clock import Clock, SystemClock
from casewright.kit.database import Database
from casewright.kit.errors import CasewrightError
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance, system
from casewright.procedures.models import (
    ActionCall,
    ActionDefinition,
    ActionOutcome,
    ActionStatus,
    Effect,
    Repeatable,
)
from casewright.security import repository
from casewright.security.ports import ContactDirectory, KnownContact, Mailer
from casewright.security.repository import StoredCode

DIGITS: Final = 6
LIFE: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 5
"""Wrong entries and repeated requests in one conversation within `WINDOW`."""
MOST_CONVERSATIONS: Final = 5
"""In which codes for one address may be asked for within `WINDOW`, so that nobody's mailbox is flooded."""
WINDOW: Final = timedelta(hours=1)
REPLAY: Final = timedelta(minutes=1)
"""After a right entry the code dies, but for a turn that is run again because its process was killed."""

SEND: Final = ActionDefinition(
    name="send_verification_code",
    description="Sends a one-time code to the address if it is known. The outcome does not tell.",
    effect=Effect.WRITE,
    arguments=("email",),
    repeatable=Repeatable.AT_MOST_ONCE,
    internal=True,
    codes=("sent",),
)
CHECK: Final = ActionDefinition(
    name="check_verification_code",
    description="Compares the code that the customer entered. Values: contact_id, account_id.",
    effect=Effect.READ,
    arguments=("code",),
    grants=Assurance.VERIFIED,
    internal=True,
    codes=("done", "wrong", "expired", "too_many"),
)

_MAILS: Final = {
    "en": (
        "Your code: {code}",
        "Hello,\n\nyour code is {code}. Enter it in the chat within 10 minutes.\n\n"
        "If you did not ask for it, someone has mistyped their address; you need not do anything.\n",
    ),
    "de": (
        "Ihr Code: {code}",
        "Guten Tag,\n\nIhr Code lautet {code}. Geben Sie ihn innerhalb von 10 Minuten im Chat ein.\n\n"
        "Wenn Sie ihn nicht angefordert haben, hat sich jemand bei der Adresse vertippt; Sie müssen nichts tun.\n",
    ),
    "es": (
        "Su código: {code}",
        "Hola:\n\nsu código es {code}. Introdúzcalo en el chat en los próximos 10 minutos.\n\n"
        "Si no lo ha pedido, alguien se ha equivocado al escribir su dirección; no tiene que hacer nada.\n",
    ),
    "fr": (
        "Votre code : {code}",
        "Bonjour,\n\nvotre code est {code}. Saisissez-le dans le chat dans les 10 minutes.\n\n"
        "Si vous ne l'avez pas demandé, quelqu'un s'est trompé en écrivant son adresse ; vous n'avez rien à faire.\n",
    ),
    "pt": (
        "Seu código: {code}",
        "Olá,\n\nseu código é {code}. Digite-o no chat em até 10 minutos.\n\n"
        "Se você não o pediu, alguém errou ao digitar o endereço; não é preciso fazer nada.\n",
    ),
    "ja": (
        "確認コード：{code}",
        "こんにちは。\n\n確認コードは {code} です。10分以内にチャットに入力してください。\n\n"
        "お心当たりがない場合は、どなたかがアドレスを誤って入力しています。何もしていただく必要はありません。\n",
    ),
}

logger = logging.getLogger(__name__)


def new_code() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(DIGITS))


def code_mail(code: str, locale: str) -> tuple[str, str]:
    """Subject and body. They tell nothing of whoever has the address."""
    subject, body = _MAILS.get(locale.partition("-")[0], _MAILS["en"])
    return subject.format(code=code), body.format(code=code)


class VerificationActions:
    """The two actions of `verify_identity`. `key`: at least 32 secret bytes; codes and addresses are kept only as HMACs
    under it. Raises `DatabaseUnavailable`; everything else is an outcome."""

    def __init__(
        self,
        database: Database,
        directory: ContactDirectory,
        mailer: Mailer,
        key: bytes,
        clock: Clock = SystemClock(),
        *,
        most_conversations: int = MOST_CONVERSATIONS,
    ) -> None:
        self._database = database
        self._directory = directory
        self._mailer = mailer
        self._key = key
        self._clock = clock
        self._most_conversations = most_conversations

    def definitions(self) -> Mapping[str, ActionDefinition]:
        return {definition.name: definition for definition in (SEND, CHECK)}

    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        if call.action == SEND.name:
            return await self._send(tenant_id, call)
        return await self._check(tenant_id, call)

    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        """A mail leaves no mark that could be looked for."""
        return ActionOutcome(status=ActionStatus.UNCERTAIN, code="uncertain")

    async def _send(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        email = str(call.arguments["email"]).strip()
        try:
            contact = await self._directory.find_contact_by_email(tenant_id, email)
        except CasewrightError as error:
            logger.warning("no code sent: the directory could not be asked: %s", error.message)
            return ActionOutcome(status=ActionStatus.NOT_SENT, code="org_unavailable")
        code = new_code()
        goes_out = await self._store(tenant_id, call.conversation_id, email, code, contact)
        if goes_out:
            try:
                await self._mailer.send_email(tenant_id, email, *code_mail(code, call.locale))
            except CasewrightError as error:
                # Said to nobody: only for a known address could it fail.
                logger.error("a code could not be mailed: %s", error.message)
        return _ended("sent")

    async def _store(
        self, tenant_id: TenantId, conversation_id: str, email: str, code: str, contact: KnownContact | None
    ) -> bool:
        """Keeps the code instead of an earlier one; says whether to mail it. One that is not mailed can never be right, so
        that asking often does not help to guess."""
        now = self._clock.now()
        address = self._digest("address", tenant_id, email.casefold())
        async with self._database.begin(system(tenant_id, "verification")) as tx:
            await repository.delete_old(tx, tenant_id, before=now - WINDOW - LIFE)
            asked = await repository.conversations_asking(tx, tenant_id, address, since=now - WINDOW)
            earlier = await repository.lock(tx, tenant_id, conversation_id)
            if earlier and earlier.created_at < now - WINDOW:
                earlier = None
            attempts = earlier.attempts + 1 if earlier else 0
            too_many = attempts >= MOST_ATTEMPTS or len(asked - {conversation_id}) >= self._most_conversations
            known = None if too_many else contact
            stored = StoredCode(
                email_digest=address,
                code_digest=self._digest("code", tenant_id, conversation_id, code),
                contact_id=known.id if known else None,
                account_id=known.account_id if known else None,
                attempts=attempts,
                expires_at=now + LIFE,
                created_at=earlier.created_at if earlier else now,
            )
            await repository.save(tx, tenant_id, conversation_id, stored)
        return known is not None

    async def _check(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        entered = re.sub(r"\D", "", str(call.arguments["code"]))
        now = self._clock.now()
        digest = self._digest("code", tenant_id, call.conversation_id, entered)
        async with self._database.begin(system(tenant_id, "verification")) as tx:
            stored = await repository.lock(tx, tenant_id, call.conversation_id)
            if stored is None:
                return _ended("expired")
            is_right = hmac.compare_digest(stored.code_digest, digest) and stored.contact_id is not None
            if stored.attempts >= MOST_ATTEMPTS:
                return _ended("too_many")
            if stored.expires_at <= now:
                return _ended("expired")
            after = (
                {"expires_at": min(stored.expires_at, now + REPLAY)} if is_right else {"attempts": stored.attempts + 1}
            )
            await repository.save(tx, tenant_id, call.conversation_id, stored.model_copy(update=after))
        if is_right:
            values = {"contact_id": stored.contact_id, "account_id": stored.account_id}
            return ActionOutcome(status=ActionStatus.SUCCEEDED, code="done", values=values)
        return _ended("too_many" if stored.attempts + 1 >= MOST_ATTEMPTS else "wrong")

    def _digest(self, purpose: str, *parts: object) -> bytes:
        text = "\0".join((purpose, *(str(part) for part in parts)))
        return hmac.digest(self._key, text.encode(), sha256)


def _ended(code: str) -> ActionOutcome:
    status = ActionStatus.SUCCEEDED if code == "sent" else ActionStatus.FAILED
    return ActionOutcome(status=status, code=code)
