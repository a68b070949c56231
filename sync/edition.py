"""One edition of the directory, built from what a publishing device keeps: both parts and the head that signs
them. protocol.md 4.3, 8.4.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from crypto.desk_keys import DayKey, EpochKey, SeedWrap, line_of
from crypto.directory import (
    MAX_PHONE_BYTES,
    HandlerEntry,
    HandlerPart,
    Head,
    PhonePart,
    PublisherBox,
    Seen,
    UntrustedPhoneDirectory,
    content_hash,
    require_newer,
    seal_handler_part,
    seal_phone_part,
    sign_head,
)
from crypto.handler_part import MAX_ROOTS
from crypto.heads import MAX_VERSION, MAX_VERSION_STEP
from crypto.ids import DeskId
from crypto.primitives import SealingKey
from crypto.root import Root
from crypto.roster import Roster
from crypto.signed import Countersigned, Signed
from sync import rights, tokensets
from sync.belonging import keep_roots, newest_root, proposals, roots, roots_for_phones, roster
from sync.deskkeys import load_generations, note_published
from sync.deskplan import Blind, Plan, carried, make_blind
from sync.directory import DirectoryClient
from sync.errors import DirectoryTooLargeError
from sync.merging import There
from sync.state import State
from sync.windows import first_day_kept, trusted_day

__all__ = ["DIRECTORY_DAYS", "Edition", "Editor", "keep_roots"]

DIRECTORY_DAYS: Final = 49
"""As long as published tokens surely reach; after the last published day the last key serves."""
_PHONE_ROOTS: Final = 64
_HEAD_BYTES: Final = 1_024
"""More than the signed head and the framing take."""
_TEAR: Final = 64
"""Versions left out where the line is torn: more than any publisher leaves unfinished."""


@dataclass(frozen=True)
class Edition:
    """Both parts of the directory and the signed head that binds them."""

    head: Signed
    phone: PhonePart
    handler: HandlerPart
    epoch_keys: list[EpochKey] = field(repr=False)
    blind: frozenset[DeskId]
    """Desks whose newest generation was made for this edition and is kept nowhere."""
    token: str | None = field(repr=False)
    """What is in the boxes."""

    def untrusted(self) -> UntrustedPhoneDirectory:
        """The phone part as a reader would have it after decryption."""
        return UntrustedPhoneDirectory(self.head, self.phone.encode())

    @property
    def version(self) -> Head:
        return Head.decode(self.head.body)

    def sealed(self, client: DirectoryClient) -> tuple[bytes, bytes]:
        """(phone part, handler part) as the relay gets them, or `DirectoryTooLargeError`."""
        key, org = client.member.directory_key, client.member.org
        assert key is not None
        try:
            phone = seal_phone_part(self.phone, self.head, key=key, org=org)
            return phone, seal_handler_part(self.handler, self.head, to=self.epoch_keys, org=org)
        except ValueError as error:
            raise DirectoryTooLargeError from error


@dataclass(frozen=True)
class Editor:
    """Builds editions from this device's store."""

    directory: DirectoryClient

    @property
    def state(self) -> State:
        return self.directory.state

    def root(self) -> Root:
        """The newest root known here, published or not."""
        return newest_root(self.state, org=self.directory.member.org)

    def roster(self, root: Root) -> Roster:
        return roster(self.state, root=root, org=self.directory.member.org)

    def plan(self, root: Root) -> Plan:
        """What is known of the desks."""
        client = self.directory
        return Plan(client.state, client.me.id, client.member.desk, root, self.roster(root), client.current())

    def build(self, there: There = There()) -> Edition:  # noqa: B008 - frozen
        """The next edition. Inside a transaction."""
        client, now, root = self.directory, self.state.now(), self.root()
        plan, members = self.plan(root), self.roster(root)
        handlers = self.entries(root)
        blind = self._blind(plan, handlers)
        days = self._days(plan, blind)
        token = rights.wanted_token(self.state)
        tokens = tokensets.next_state(self.state, roster=members, root=root, epoch=client.member.tokens.epoch)
        chain = roots(self.state)
        keep_s = (root.policy.window_days + DIRECTORY_DAYS) * 86_400
        phone = _fitting(
            PhonePart(
                tuple(roots_for_phones(self.state, keep_s=keep_s, most=_PHONE_ROOTS)),
                tuple(days),
                tuple(handlers),
                tuple(self._readable(plan, days)),
            )
        )
        part = HandlerPart(
            statements=tuple(members.statements.values()),
            wraps=tuple(self._wraps(root, handlers, blind)),
            proposals=tuple(proposals(self.state)),
            roots=_whole(chain),
            token_state=(tokens.epoch, tokens.digest),
            boxes=tuple(self._boxes(root, handlers, token)),
        )
        version, previous = self._place(there, root)
        head = Head(
            org=client.member.org,
            version=version,
            previous=previous,
            issued_at=now,
            expires_at=now + DIRECTORY_DAYS * 86_400,
            phone_hash=content_hash("phone", phone.encode()),
            handler_hash=content_hash("handler", part.encode()),
            token_epoch=tokens.epoch,
            publisher=client.me.id,
        )
        signed = sign_head(head, by=client.me.identity)
        keys = [entry.epoch_key for entry in handlers]
        made = Edition(signed, phone, part, keys, frozenset(blind), token)
        # As a reader would, before it is put: what nobody accepts would have to be repaired by another.
        made.untrusted().verify(org=head.org, seen=client.seen(), now=now, pinned=client.pinned())
        handler_seen = client.handler_seen()
        require_newer(head, handler_seen, newer_root=root.version > handler_seen.root_version)
        return made

    def _place(self, there: There, root: Root) -> tuple[int, bytes]:
        """Version, and hash of the head before: the newest of both parts, perhaps a killed publisher's."""
        seen, handler = self.directory.seen(), self.directory.handler_seen()
        newest = handler if seen.version < handler.version <= seen.version + MAX_VERSION_STEP else seen
        if newest.version > MAX_VERSION - MAX_VERSION_STEP and root.version > seen.root_version:
            newest = Seen(0, newest.head_hash)  # a publisher who turned used them up: here they are free
        step = _TEAR if there.torn else 1
        # Nobody follows a number that is absurdly high, so this does not go on above it either.
        near = not newest.head_hash or there.above + step <= newest.version + MAX_VERSION_STEP
        above = there.above if near else 0
        return max(newest.version, above) + step, newest.head_hash or bytes(32)

    def entries(self, root: Root) -> list[HandlerEntry]:
        """Every active handler with its newest epoch key, as far as one is known."""
        members, entries = self.roster(root), []
        for desk in root.desks:
            for admission in members.handlers(desk.id):
                row = self.state.db.execute(
                    "SELECT epoch, public, certificate FROM sync_epoch_key WHERE handler = ?"
                    " ORDER BY epoch DESC",
                    (admission.device,),
                ).fetchone()
                if row is None:
                    continue
                key = EpochKey(admission.device, int(row[0]), SealingKey(bytes(row[1])))
                signed = members.statement_of(admission)
                entries.append(HandlerEntry(admission, signed, key, bytes(row[2])))
        return entries

    def _blind(self, plan: Plan, handlers: list[HandlerEntry]) -> dict[DeskId, Blind]:
        made = {}
        for desk in plan.blind_due(handlers):
            keys = [entry.epoch_key for entry in handlers if entry.admission.desk == desk]
            made[desk] = make_blind(
                desk, number=plan.next_number(desk), today=plan.today, ahead=plan.root.policy.ahead_days,
                to=keys, org=self.directory.member.org,
            )  # fmt: skip
        return made

    def _days(self, plan: Plan, blind: dict[DeskId, Blind]) -> list[DayKey]:
        days: list[DayKey] = []
        for desk in plan.root.desks:
            latest = plan.held() if desk.id == plan.own else None
            if not plan.roster.handlers(desk.id):
                continue  # whoever could open them was revoked
            if desk.id in blind:
                days += blind[desk.id].days
            elif latest is None:
                # Carried on as it was: with the last of them when all are past, which then serves.
                known = plan.published_days(desk.id)
                days += [day for day in known if day.day >= plan.today - 1] or known[-1:]
            else:
                start = max(latest.chain.day, plan.today - 1)
                last = plan.today + plan.root.policy.ahead_days
                days += latest.chain.at(start).public_days(last - start + 1)
        note_published(self.state, days)
        return days

    def _readable(self, plan: Plan, days: list[DayKey]) -> list[tuple[DeskId, int]]:
        """The first day of each desk that can still be read: known of the own desk, heard of others', and of
        blind ones as long as any window lasts. What was said is not taken back within a line of generations:
        another handler may have come later, but no phone brings again what it was told is too late.
        """
        said = dict(plan.current.part.readable) if plan.current else {}
        policy, found = plan.root.policy, []
        theirs = plan.publishers_desks()
        for desk in sorted({day.desk for day in days}):
            longest = max(0, trusted_day(self.state) - policy.window_days)
            first = said.get(desk, longest) if desk in theirs else longest
            if desk == plan.own:
                first = first_day_kept(self.state, roster=plan.roster, policy=policy, desk=desk)
                held = [one.chain.day for one in load_generations(self.state) if one.chain.desk == desk]
                if first and held:
                    first = max(first, min(held))  # what this device cannot read it must not promise
                number = max(day.generation for day in days if day.desk == desk)
                if line_of(plan.published_generation(desk)) == line_of(number):
                    first = max(first, said.get(desk, 0))
            found.append((desk, max(0, min(first, plan.today - policy.key_days))))
        return found

    def _wraps(self, root: Root, handlers: list[HandlerEntry], blind: dict[DeskId, Blind]) -> list[SeedWrap]:
        active = {entry.admission.device for entry in handlers}
        wraps = carried(self.state, handlers=active, key_days=root.policy.key_days)
        for generation in load_generations(self.state):
            for entry in handlers:
                if entry.admission.desk == generation.chain.desk:
                    wraps.append(
                        SeedWrap.make(generation.chain, to=entry.epoch_key, org=self.directory.member.org)
                    )
        return [*wraps, *(wrap for made in blind.values() for wrap in made.wraps)]

    def _boxes(self, root: Root, handlers: list[HandlerEntry], token: str | None) -> list[PublisherBox]:
        entitled = {right.device for right in root.publishers}
        if token is None:
            return []
        return [
            PublisherBox.make(token, to=entry.epoch_key, org=self.directory.member.org)
            for entry in handlers
            if entry.admission.device in entitled
        ]


def _fitting(part: PhonePart) -> PhonePart:
    """Without the oldest roots as long as it is larger than a phone may be asked to fetch.

    A root of ten officers takes 40 KB, and making ten officers makes ten of them. Whoever has seen nothing
    newer than what is left out must be invited again; an edition that is too large would cut off everybody.
    """
    while len(part.encode()) > MAX_PHONE_BYTES - _HEAD_BYTES and len(part.roots) > 1:
        part = replace(part, roots=part.roots[1:])
    return part


def _whole(chain: list[Countersigned]) -> tuple[Countersigned, ...]:
    """All versions; none if the first ones never came to this device, for half a chain proves nothing."""
    begins = bool(chain) and Root.decode(chain[0].body).version == 1
    return tuple(chain) if begins and len(chain) <= MAX_ROOTS else ()
