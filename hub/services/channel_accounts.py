"""Accounts on channels: those of the configuration file, and those added while the hub runs.

Secrets are sealed one by one and never given back. A stored secret is only used with the address
it was given for: whoever may change an account shall not be able to have it sent to themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.errors import ConfigurationError, SealBroken
from hub.ports import ChannelKinds, Clock, Doc, Documents, FieldType, KindForm
from hub.services.catalogue import Catalogue, Change, Entry
from hub.services.channel_forms import Values, as_tables, as_values, moved
from hub.services.commands import Missing, Refusal
from hub.services.vault import Vault

ACCOUNTS = "channel_accounts"
PAUSES = "channel_pauses"
MOST = 1000
LOST = "must be given again: the seal key of this hub does not open it"
AGAIN = "must be given again: it is sent to another address than before"


class Source(StrEnum):
    """FILE: read-only here, though it can be paused."""

    FILE = "file"
    HERE = "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    sealed: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """`config` as tables."""

    kind: str
    name: str
    config: Mapping[str, Any]
    secrets: Mapping[str, SealedSecret]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An account as somebody wants it. A secret that is absent stays, None takes it away."""

    kind: str
    name: str
    values: Values
    secrets: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`secrets`: the ones that are set, and since when (None: not known). `version` 0: of the
    file."""

    account_id: str
    kind: str
    name: str
    source: Source
    version: int
    values: Values
    secrets: Mapping[str, datetime | None]
    paused: bool
    changes: tuple[Change, ...] = field(default=())


class ChannelAccounts:
    def __init__(
        self,
        documents: Documents,
        clock: Clock,
        vault: Vault,
        kinds: ChannelKinds,
        of_file: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Documents of the file that are disabled must be left out."""
        self.kinds = kinds
        self._documents = documents
        self._clock = clock
        self._vault = vault
        self._of_file = {str(doc["id"]): doc for doc in of_file}
        self._stored = Catalogue(ACCOUNTS, StoredAccount, documents, clock)

    async def all(self) -> list[Account]:
        """By id; what stands in the file goes before what was added here under its id."""
        pauses = await self._documents.page(PAUSES, {}, limit=MOST)
        paused = {doc["_id"] for doc in pauses}
        found = [self._of_the_file(key, paused=key in paused) for key in self._of_file]
        for entry in await self._stored.all():
            if entry.key not in self._of_file:
                found.append(self._added(entry, paused=entry.key in paused))
        return sorted(found, key=lambda account: account.account_id)

    async def get(self, account_id: str) -> Account | None:
        paused = await self._documents.get(PAUSES, account_id) is not None
        if account_id in self._of_file:
            return self._of_the_file(account_id, paused=paused)
        entry = await self._stored.get(account_id)
        return None if entry is None else self._added(entry, paused=paused)

    async def put(
        self, account_id: str, draft: Draft, *, version: int, author: str
    ) -> Account | Refusal:
        """Write over the version the author saw, 0 for a new account.

        Raises:
            ConfigurationError: its key is the name of the wrong field.
        """
        if account_id in self._of_file:
            return Refusal(reason="in_file", detail="It stands in the configuration file.")
        entry = await self._stored.get(account_id)
        if entry is not None and entry.value.kind != draft.kind:
            return Refusal(reason="kind_fixed", detail="Add another account for another kind.")
        form = self._form(draft.kind)
        opened = self._opened(entry, form, draft)
        config = as_tables(form, draft.values)
        self.check({**config, **opened, "id": account_id, "kind": draft.kind})
        value = StoredAccount(
            kind=draft.kind,
            name=draft.name,
            config=config,
            secrets=self._sealed(account_id, entry, opened),
        )
        written = await self._stored.put(account_id, value, version=version, author=author)
        if isinstance(written, Refusal):
            return written
        paused = await self._documents.get(PAUSES, account_id) is not None
        return self._added(written, paused=paused)

    async def rotate(
        self, account_id: str, secrets: Mapping[str, str], *, version: int, author: str
    ) -> Account | Missing | Refusal:
        """New secrets; each one that was in use stays as the one before, so that nothing that is
        on its way by the old one is lost.

        Raises:
            ConfigurationError: its key is the name of the wrong field.
        """
        if account_id in self._of_file:
            return Refusal(reason="in_file", detail="It stands in the configuration file.")
        entry = await self._stored.get(account_id)
        if entry is None:
            return Missing()
        stored = entry.value
        form = self._form(stored.kind)
        before = {each.name: each.previous for each in form.fields if each.previous}
        moved_on: dict[str, str | None] = {}
        for name, secret in secrets.items():
            if name not in before:
                raise ConfigurationError(name, "has no place for the one before")
            if name not in stored.secrets:
                raise ConfigurationError(name, "is not set yet")
            current = self._current(entry, name)
            if current == secret:
                raise ConfigurationError(name, "is the one in use")
            moved_on |= {name: secret, before[name]: current}
        values = as_values(form, stored.config)
        draft = Draft(kind=stored.kind, name=stored.name, values=values, secrets=moved_on)
        return await self.put(account_id, draft, version=version, author=author)

    async def remove(
        self, account_id: str, *, version: int, author: str
    ) -> Missing | Refusal | None:
        """Only a paused one: whoever removes it has seen it stand still. Its secrets go first: the
        mark that stays of a removed account has none."""
        if account_id in self._of_file:
            return Refusal(reason="in_file", detail="Take it out of the configuration file.")
        entry = await self._stored.get(account_id)
        if entry is None:
            return Missing()
        if await self._documents.get(PAUSES, account_id) is None:
            return Refusal(reason="not_paused", detail="Pause it first.")
        empty = replace(entry.value, config={}, secrets={})
        emptied = await self._stored.put(account_id, empty, version=version, author=author)
        if isinstance(emptied, Refusal):
            return emptied
        refused = await self._stored.remove(account_id, version=emptied.version, author=author)
        if refused is None:
            await self._documents.delete(PAUSES, account_id)
        return refused

    async def pause(self, account_id: str, *, author: str) -> Account | None:
        """None: there is none. Paused already stays paused."""
        if await self.get(account_id) is None:
            return None
        doc: Doc = {"_id": account_id, "version": 1, "at": self._clock.now(), "by": author}
        await self._documents.create(PAUSES, doc)
        return await self.get(account_id)

    async def resume(self, account_id: str) -> Account | None:
        await self._documents.delete(PAUSES, account_id)
        return await self.get(account_id)

    async def document(self, account: Account) -> Doc | None:
        """What its adapter is built from, secrets opened; None: it changed meanwhile.

        Raises:
            SealBroken: a secret cannot be opened with our keys.
        """
        if account.source is Source.FILE:
            return dict(self._of_file[account.account_id])
        entry = await self._stored.get(account.account_id)
        if entry is None or entry.version != account.version:
            return None
        secrets = {name: self._open(entry, name) for name in entry.value.secrets}
        named = {"id": account.account_id, "kind": entry.value.kind}
        return {**entry.value.config, **secrets, **named}

    async def drafted(self, account_id: str, draft: Draft, *, stored: bool) -> Doc:
        """The document of a draft that is only to be tried; `stored`: with the secrets we have.

        Raises:
            ConfigurationError: its key is the name of the wrong field.
        """
        form = self._form(draft.kind)
        if stored and account_id in self._of_file:
            return dict(self._of_file[account_id])
        entry = await self._stored.get(account_id) if stored else None
        opened = self._opened(entry, form, draft)
        config = as_tables(form, draft.values)
        doc = {**config, **opened, "id": account_id, "kind": draft.kind}
        self.check(doc)
        return doc

    def check(self, document: Mapping[str, Any]) -> None:
        """Raises ConfigurationError: its key is the name of the wrong field."""
        try:
            self.kinds.check(document)
        except ConfigurationError as error:
            name = error.key.removeprefix(f"channels.{document['id']}.")
            raise ConfigurationError(name, error.problem) from None

    def _form(self, kind: str) -> KindForm:
        form = self.kinds.form(kind)
        if form is None:
            raise ConfigurationError("kind", "is unknown")
        return form

    # ------------------------------------------------------------ secrets
    def _opened(
        self, entry: Entry[StoredAccount] | None, form: KindForm, draft: Draft
    ) -> dict[str, str]:
        names = form.names(FieldType.SECRET)
        for name in draft.secrets:
            if name not in names:
                raise ConfigurationError(name, "is no secret of this kind")
        known = {field.name for field in form.fields}
        for name in draft.values:
            if name in names:
                raise ConfigurationError(name, "is a secret: give it among the secrets")
            if name not in known:
                raise ConfigurationError(name, "is unknown")
        given = {name: value for name, value in draft.secrets.items() if value}
        if entry is None or entry.value.kind != draft.kind:
            return given
        kept = [name for name in entry.value.secrets if name not in draft.secrets]
        if kept and moved(form, as_values(form, entry.value.config), draft.values):
            raise ConfigurationError(sorted(kept)[0], AGAIN)
        try:
            return {**{name: self._open(entry, name) for name in kept}, **given}
        except SealBroken:
            raise ConfigurationError(sorted(kept)[0], LOST) from None

    def _sealed(
        self, account_id: str, entry: Entry[StoredAccount] | None, opened: Mapping[str, str]
    ) -> dict[str, SealedSecret]:
        """One that is the same as before stays as it was sealed."""
        sealed: dict[str, SealedSecret] = {}
        for name, secret in opened.items():
            if entry is not None and self._holds(entry, name, secret):
                sealed[name] = entry.value.secrets[name]
                continue
            closed = self._vault.seal(secret, purpose=_purpose(account_id, name))
            sealed[name] = SealedSecret(sealed=closed, changed_at=self._clock.now())
        return sealed

    def _holds(self, entry: Entry[StoredAccount], name: str, secret: str) -> bool:
        """Whether this very secret stands there, openable."""
        try:
            return name in entry.value.secrets and self._open(entry, name) == secret
        except SealBroken:
            return False

    def _current(self, entry: Entry[StoredAccount], name: str) -> str:
        try:
            return self._open(entry, name)
        except SealBroken:
            raise ConfigurationError(name, LOST) from None

    def _open(self, entry: Entry[StoredAccount], name: str) -> str:
        sealed = entry.value.secrets[name].sealed
        return self._vault.open(sealed, purpose=_purpose(entry.key, name))

    # ------------------------------------------------------------ shown
    def _of_the_file(self, key: str, *, paused: bool) -> Account:
        doc = self._of_file[key]
        form = self._form(doc["kind"])
        secrets = [name for name in form.names(FieldType.SECRET) if doc.get(name) is not None]
        return Account(
            account_id=key,
            kind=doc["kind"],
            name="",
            source=Source.FILE,
            version=0,
            values=as_values(form, doc),
            secrets=dict.fromkeys(secrets),
            paused=paused,
        )

    def _added(self, entry: Entry[StoredAccount], *, paused: bool) -> Account:
        """Also of a kind this program does not know (any more)."""
        stored = entry.value
        form = self.kinds.form(stored.kind)
        return Account(
            account_id=entry.key,
            kind=stored.kind,
            name=stored.name,
            source=Source.HERE,
            version=entry.version,
            values={} if form is None else as_values(form, stored.config),
            secrets={name: secret.changed_at for name, secret in stored.secrets.items()},
            paused=paused,
            changes=entry.changes,
        )


def _purpose(account_id: str, name: str) -> str:
    return f"channel:{account_id}:{name}"
