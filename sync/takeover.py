"""What an accepted directory changes on this device.

Everything here was verified before: the phone part by `UntrustedPhoneDirectory.verify`, the handler part by
`open_handler_part`. What came from outside and is signed by officers (statements, proposals, roots) goes
through `sync.belonging`, which believes signatures only. Called inside a transaction. protocol.md 8.4.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crypto.desk_keys import DayKey, SeedWrap, generation_limit
from crypto.directory import HandlerPart, PhoneDirectory
from crypto.ids import DeskId
from crypto.primitives import OpenError
from crypto.root import Root, former_officers
from crypto.roster import Role
from crypto.signed import Countersigned
from sync import rights
from sync.belonging import roots, settle, take_proposals, take_roots, take_statements
from sync.deskkeys import (
    Generation,
    load_epoch_keys,
    load_generations,
    note_published,
    remember_epoch_key,
    save_generations,
    take_wraps,
)
from sync.deskplan import note_wraps
from sync.due import mark_due
from sync.membership import Membership, Self
from sync.rootchange import propose_again
from sync.state import State
from sync.tokensets import note_state


@dataclass(frozen=True)
class Takeover:
    """Takes over for one device."""

    state: State
    me: Self
    member: Membership

    def phone(self, found: PhoneDirectory, *, before: PhoneDirectory | None) -> None:
        """`before`: what this device had accepted until now."""
        tokens, per_week = self.member.tokens, found.root.policy.tokens_per_week
        if (tokens.epoch, tokens.limit) != (found.head.token_epoch, per_week):
            tokens = replace(tokens, epoch=found.head.token_epoch, limit=per_week)
            replace(self.member, tokens=tokens).save(self.state)
        if self.member.role is not Role.HANDLER:
            return
        self.epoch_keys(found)
        self._roots(found.part.roots)
        self._drop_overtaken(found, before)
        note_published(self.state, found.part.days)

    def epoch_keys(self, found: PhoneDirectory) -> None:
        """Each handler's key carries its own signature and the officers' admission."""
        for entry in found.part.handlers:
            remember_epoch_key(self.state, entry.epoch_key, entry.certificate)

    def _roots(self, published: Sequence[Countersigned]) -> None:
        known = {Root.decode(entry.body).version: entry for entry in roots(self.state)}
        overtaken = take_roots(self.state, published)
        settle(self.state, org=self.member.org)
        if overtaken:
            first = Root.decode(overtaken[0].body).version
            if first > 1:
                base = Root.decode(known[first - 1].body)
                propose_again(self.state, overtaken, base=base, org=self.member.org)
            mark_due(self.state)

    def _drop_overtaken(self, found: PhoneDirectory, before: PhoneDirectory | None) -> None:
        """A generation's number counts once it is published. Whoever made another one under it, or took such
        a one from a handler part whose phone part never came, drops it. What was published before stays.
        """
        top: dict[DeskId, int] = {}
        for day in before.part.days if before else ():
            top[day.desk] = max(day.generation, top.get(day.desk, 0))
        held = load_generations(self.state)
        kept = [
            entry
            for entry in held
            if entry.chain.generation <= top.get(entry.chain.desk, 0) or fits(entry, found.part.days)
        ]
        if kept != held:
            save_generations(self.state, kept)

    def handler(self, part: HandlerPart, phone: PhoneDirectory) -> None:
        """Everything in a handler part that a publisher says, after what officers say."""
        if part.roots:
            self._roots(part.roots)
        self.statements(part)
        self._wraps(part, phone)
        self._known(part, phone)

    def own(self, part: HandlerPart) -> None:
        """The handler part that this device put itself."""
        note_state(self.state, *part.token_state)
        note_wraps(self.state, part.wraps)

    def _known(self, part: HandlerPart, phone: PhoneDirectory) -> None:
        note_state(self.state, *part.token_state)
        if rights.publish_token(self.state) is not None:
            note_wraps(self.state, _possible(part, phone))
            self._box(part)

    def refused(self, part: HandlerPart) -> None:
        """Of an edition that is not believed: what officers signed, and a token that the relay may want now.
        Its publisher may have been honest and told the relay before anybody heard of the revocation.
        """
        self.statements(part)
        if rights.publish_token(self.state) is not None:
            for token in self._opened(part)[:1]:
                rights.note_known(self.state, token)

    def statements(self, part: HandlerPart) -> bool:
        """What officers signed, whoever carried it. True if any of it is new."""
        org = self.member.org
        news = take_statements(self.state, part.statements, officers=former_officers(roots(self.state)))
        news = take_proposals(self.state, part.proposals, org=org) or news
        return settle(self.state, org=org) or news

    def _wraps(self, part: HandlerPart, phone: PhoneDirectory) -> None:
        before = {(entry.chain.desk, entry.chain.generation) for entry in load_generations(self.state)}
        ahead = phone.root.policy.ahead_days
        take_wraps(self.state, _possible(part, phone), me=self.me.id, org=self.member.org, ahead=ahead)
        held = load_generations(self.state)
        # A wrap that was carried on from an edition whose number another publisher's took.
        kept = [
            entry
            for entry in held
            if (entry.chain.desk, entry.chain.generation) in before or fits(entry, phone.part.days)
        ]
        if kept != held:
            save_generations(self.state, kept)

    def _box(self, part: HandlerPart) -> None:
        for token in self._opened(part):
            rights.take_box(self.state, token)

    def _opened(self, part: HandlerPart) -> list[str]:
        keys, found = dict(load_epoch_keys(self.state)), []
        for box in part.boxes:
            if box.device != self.me.id or box.epoch not in keys:
                continue
            try:
                found.append(box.open(keys[box.epoch], org=self.member.org))
            except OpenError:
                continue
        return found


def _possible(part: HandlerPart, phone: PhoneDirectory) -> list[SeedWrap]:
    """Wraps of generations that this root allows (4.3): others nobody follows, and nobody counts on from
    them, also not when a newer root allows more.
    """
    below = generation_limit(phone.root.version)
    return [wrap for wrap in part.wraps if wrap.generation < below]


def fits(entry: Generation, days: tuple[DayKey, ...]) -> bool:
    """Whether this chain is the one whose days are published under its number, as far as they compare."""
    chain = entry.chain
    same = [day for day in days if (day.desk, day.generation) == (chain.desk, chain.generation)]
    shared = [day for day in same if day.day >= chain.day]
    if not shared:
        return True
    day = min(shared, key=lambda one: one.day)
    return chain.at(day.day).opening_key.key.sealing_key.public == day.key.public
