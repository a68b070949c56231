"""Officers', handlers' and intake devices of one organisation around a real relay, with stores in memory
instead of vaults. Nobody joins by digits: what is tested is what they publish.

with running relay: office = Office(relay); office.officer("B", by="A"); office.session("B")
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from crypto.desk_keys import EpochKey
from crypto.directory import PhoneDirectory
from crypto.ids import DeskId, OrganisationId, new_desk_id
from crypto.primitives import OfficerSigningKey, OpeningKey, random_bytes, sha256
from crypto.root import YEAR_SECONDS, Desk, Officer, Policy, PublishRight, Root, root_hash
from crypto.roster import Admission, Role, Roster, sign_statement
from crypto.tokens import TokenMaster, TokenSeed, week_of
from sync.belonging import keep_roots, keep_statement, newest_root, officer_key, roster
from sync.deskkeys import remember_epoch_key, renew_epoch_key
from sync.directory import DirectoryClient
from sync.due import mark_due
from sync.errors import TokenRefusedError
from sync.membership import Membership, Self
from sync.publish import Publisher, publish_token
from sync.rootchange import RootProposal, propose
from sync.schema import MIGRATIONS
from sync.state import State
from sync.transport import RelayClient
from tests.sync.dying import Dying
from tests.sync.relay.running import RunningRelay

START = float(int(time.time()) // 86_400 * 86_400 + 3_600)
"""The relay knows the real week: it takes the tokens of this one and of those beside it."""
DAY = 86_400
POLICY = Policy(token_slots=8, tokens_per_week=4, gap_seconds=0)


@dataclass
class Hands:
    """One clock for everybody, that moves only when it is told to."""

    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Keys:
    """Named secrets in the same store, so that a transaction undoes them as in a vault."""

    db: sqlite3.Connection

    def get(self, name: str) -> bytes | None:
        row = self.db.execute("SELECT value FROM named WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def put(self, name: str, value: bytes) -> None:
        self.db.execute("INSERT OR REPLACE INTO named VALUES (?, ?)", (name, value))

    def drop(self, name: str) -> None:
        self.db.execute("DELETE FROM named WHERE name = ?", (name,))


def new_store(clock: Callable[[], float]) -> State:
    """An empty device."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for script in MIGRATIONS:
        connection.executescript(script)
    connection.execute("CREATE TABLE named (name TEXT PRIMARY KEY, value BLOB)")
    depth = itertools.count()
    open_now: list[str] = []

    @contextlib.contextmanager
    def transaction() -> Iterator[None]:
        name = f"point_{next(depth)}"
        connection.execute(f"SAVEPOINT {name}")
        open_now.append(name)
        try:
            yield
        except BaseException:
            connection.execute(f"ROLLBACK TO {name}")
            raise
        finally:
            open_now.pop()
            connection.execute(f"RELEASE {name}")

    return State(connection, Keys(connection), transaction, clock)


@dataclass
class Office:
    """An organisation founded by the device "A", with a desk "main"."""

    relay: RunningRelay
    threshold: int = 1
    policy: Policy = POLICY
    clock: Hands = field(default_factory=Hands)
    states: dict[str, State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pool = self.relay.create_pool()
        state = self.states["A"] = new_store(self.clock)
        me, officer, kem = Self.create(state), OfficerSigningKey.generate(), OpeningKey.generate()
        self.master = TokenMaster(random_bytes(32))
        desk, now = Desk(new_desk_id(), "main"), state.now()
        root = Root(
            version=1, previous=b"", name="Sramik Union", threshold=1,
            officers=(Officer(officer.public, kem.sealing_key.public, me.id),), desks=(desk,),
            publishers=(PublishRight(me.id, me.identity.public),), policy=self.policy,
            pool=bytes.fromhex(self.pool.name), issued_at=now, expires_at=now + YEAR_SECONDS,
        )  # fmt: skip
        signed = root.sign([officer])
        self.org = OrganisationId(root_hash(signed.body))
        self.directory_key = random_bytes(32)
        with state.transaction():
            state.keys.put("officer", officer.seed)
            state.keys.put("token-master", self.master.secret)
            state.keys.put("publish-token", self.pool.publish_token.encode())
            self._member("A", Role.HANDLER, desk.id, slot=0, token_slot=0).save(state)
            keep_roots(state, [signed])
            self.client("A").pin_root(self.org)
            admission = self._admission(me, Role.HANDLER, desk.id, "A", slot=0, token_slot=0)
            keep_statement(state, sign_statement(admission, by=[officer]))
            Publisher(self.client("A"), "").prepare(root)
            mark_due(state)

    # --- who ------------------------------------------------------------------------------------------

    def client(self, name: str) -> DirectoryClient:
        state = self.states[name]
        me, member = Self.load(state), Membership.load(state)
        assert me is not None
        assert member is not None
        return DirectoryClient(state, me, member)

    def device(self, name: str) -> bytes:
        return self.client(name).me.id

    def root(self, name: str = "A") -> Root:
        return newest_root(self.states[name], org=self.org)

    def roster(self, name: str = "A") -> Roster:
        return roster(self.states[name], root=self.root(name), org=self.org)

    def phone_part(self, name: str = "A") -> PhoneDirectory:
        found = self.client(name).current()
        assert found is not None
        return found

    def desk(self, name: str = "main", *, at: str = "A") -> DeskId:
        found = self.root(at).desk_named(name)
        assert found is not None
        return found.id

    # --- joining --------------------------------------------------------------------------------------

    def join(
        self,
        name: str,
        *,
        by: str = "A",
        role: Role = Role.HANDLER,
        desk: str = "main",
        slot: int | None = None,
    ) -> None:
        """Admitted by this officer's device, with a welcome; it has no directory yet."""
        state = self.states[name] = new_store(self.clock)
        me, where = Self.create(state), self.desk(desk, at=by)
        number = len(self.states)
        handler = role is not Role.INTAKE
        taken = number if slot is None and handler else slot
        admission = self._admission(me, role, where, name, slot=taken, token_slot=number % 8)
        self._member(name, role, where, slot=taken, token_slot=number % 8).save(state)
        self.client(name).pin_root(root_hash(self.phone_part(by).part.roots[-1].body))
        officer = self.states[by]
        with officer.transaction():
            keep_statement(officer, sign_statement(admission, by=[officer_key(officer)]))
            if handler:
                made = renew_epoch_key(
                    state, me=me.id, identity=me.identity, org=self.org, key_days=self.policy.key_days
                )
                assert made is not None
                remember_epoch_key(officer, EpochKey(me.id, made[0].epoch, made[0].key), made[1])
            mark_due(officer)

    def officer(self, name: str, *, by: str = "A", desk: str = "main") -> RootProposal:
        """Admitted as handler, with officer's keys and the right to publish; the root change is proposed."""
        self.join(name, by=by, desk=desk)
        state, me = self.states[name], self.client(name).me
        key, kem = OfficerSigningKey.generate(), OpeningKey.generate()
        state.keys.put("officer", key.seed)
        state.keys.put("token-master", self.master.secret)
        state.keys.put("publish-token", (publish_token(self.states[by]) or "").encode())
        officer = Officer(key.public, kem.sealing_key.public, me.id)
        right = PublishRight(me.id, me.identity.public)

        def change(root: Root) -> Root:
            return replace(root, officers=(*root.officers, officer), publishers=(*root.publishers, right))

        return self.propose(by, change)

    def propose(self, by: str, change: Callable[[Root], Root]) -> RootProposal:
        state = self.states[by]
        with state.transaction():
            made = propose(state, org=self.org, change=change, now=state.now())
            mark_due(state)
        return made

    def set_threshold(self, by: str, threshold: int) -> RootProposal:
        return self.propose(by, lambda root: replace(root, threshold=threshold))

    def add_desk(self, by: str, name: str) -> RootProposal:
        return self.propose(by, lambda root: replace(root, desks=(*root.desks, Desk(new_desk_id(), name))))

    def _admission(
        self, me: Self, role: Role, desk: DeskId, label: str, *, slot: int | None, token_slot: int
    ) -> Admission:
        return Admission(
            org=self.org, device=me.id, role=role, desk=desk, label=label, identity=me.identity.public,
            kem_hash=sha256(me.id), slot=slot, prefix=100 + token_slot if slot is None else None,
            token_slot=token_slot, transcript=bytes(32), at=int(self.clock()),
        )  # fmt: skip

    def _member(
        self, label: str, role: Role, desk: DeskId, *, slot: int | None, token_slot: int
    ) -> Membership:
        return Membership(
            org=self.org, org_name="Sramik Union", relay=self.relay.url, pool=bytes.fromhex(self.pool.name),
            role=role, desk=desk, slot=slot, label=label, prefix=100 if slot is None else None,
            tokens=TokenSeed(self.master.slot_seed(token_slot), 1, self.policy.tokens_per_week),
            directory_key=self.directory_key, gap_seconds=0, deposits=1,
        )  # fmt: skip

    # --- exchange -------------------------------------------------------------------------------------

    def http(self) -> RelayClient:
        return RelayClient(self.relay.url, self.pool.name)

    def publish(self, name: str, *, dies_at: int = 0, after: bool = False) -> bool:
        """What a publisher does at the beginning of its session. `dies_at`: it is killed at this call."""
        Dying.left, Dying.after = dies_at, after
        with Dying(self.relay.url, self.pool.name) as relay:
            return Publisher(self.client(name), publish_token(self.states[name]) or "").maintain(relay)

    def fetch(self, name: str) -> PhoneDirectory:
        """What everybody does after that."""
        with self.http() as relay:
            found = self.client(name).refresh(relay)
            if self.client(name).member.role is Role.HANDLER:
                self.client(name).refresh_handler(relay, found)
        return found

    def session(self, *names: str) -> None:
        """The directory's part of a session of each in turn."""
        for name in names:
            if publish_token(self.states[name]) is not None:
                self.publish(name)
            self.fetch(name)

    def settle(self, *names: str, rounds: int = 4) -> None:
        """Sessions of all in turn until nobody publishes any more."""
        for _round in range(rounds):
            before = self.version()
            self.session(*names)
            if self.version() == before:
                return
        raise AssertionError("publishers who never come to rest")

    def version(self) -> str:
        """What the relay holds now."""
        with self.http() as relay:
            found = relay.get_directory("phone")
        return found[1] if found else ""

    def tokens_taken(self, name: str, *, weeks: tuple[int, ...] = (0,)) -> list[bool]:
        """Whether the relay takes this device's next own token of each week (from this one on): two for each
        week may be asked for before they are used up.
        """
        member, state = self.client(name).member, self.states[name]
        answers = []
        for week in weeks:
            index = int(state.place(f"test-token/{week}") or 0)
            state.set_place(f"test-token/{week}", index + 1)
            token = member.tokens.token(week=week_of(self.clock()) + week, index=index)
            with self.http() as relay:
                try:
                    relay.deposit("complaints", random_bytes(16), token, random_bytes(8 * 16_384))
                    answers.append(True)
                except TokenRefusedError:
                    answers.append(False)
        return answers
