"""Statements, proposals and roots that are kept: united, never weakened, never two for one version."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from crypto.errors import EncodingError
from crypto.ids import OrganisationId, officer_id
from crypto.primitives import OfficerSigningKey, sha256
from crypto.root import Policy, Root, root_hash
from crypto.roster import LABEL, MAX_PENDING_OF_ONE_OFFICER, Reason, Revocation, Role, sign_statement
from crypto.signed import Countersigned
from sync.belonging import (
    keep_proposal,
    keep_roots,
    keep_statement,
    newest_root,
    officer_key,
    proposals,
    roots,
    roots_for_phones,
    roster,
    settle,
    statements,
    take_proposals,
    take_roots,
    take_statements,
)
from sync.errors import ProposalUnknownError, RootSignedError, SignHereError
from sync.revoking import revoke
from sync.rootchange import RENEW_S, changed_again, countersign, open_proposals, propose, without
from sync.state import State
from tests.crypto import people
from tests.sync.offices import DAY, Hands, Office
from tests.sync.relay.running import RunningRelay
from tests.sync.stores import new_state


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    """A, B and C are officers, two of whom must sign the root."""
    office = Office(relay, clock=Hands())
    office.session("A")
    office.officer("B")
    office.officer("C")
    office.session("A")
    office.set_threshold("A", 2)
    office.session("A", "B", "C")
    office.settle("A", "B", "C")
    assert office.root("C").threshold == 2
    return office


def key(office: Office, name: str) -> OfficerSigningKey:
    return officer_key(office.states[name])


def sign(office: Office, by: str, digest: bytes) -> bool:
    state = office.states[by]
    with state.transaction():
        state.set_place("publish-due", True)
        return countersign(state, digest).in_force


def renamed(name: str) -> object:
    return lambda root: replace(root, name=name)


def of(state: State, body: bytes) -> Countersigned:
    return next(entry for entry in statements(state) if entry.body == body)


def test_signatures_of_one_statement_are_united_in_any_order(office: Office) -> None:
    gone = Revocation(office.org, office.client("C").me.id, 5, Reason.LOST)
    signed = [sign_statement(gone, by=[key(office, name)]) for name in ("A", "B", "C")]
    kept = []
    for order in permutations(signed):
        with office.states["A"].transaction():
            office.states["A"].db.execute("DELETE FROM sync_statement")
            for entry in order:
                keep_statement(office.states["A"], entry)
        kept.append(of(office.states["A"], gone.encode()).to_wire())
    assert len(set(kept)) == 1


def test_a_signature_that_does_not_hold_never_takes_the_place_of_one_that_does(office: Office) -> None:
    gone = Revocation(office.org, office.client("C").me.id, 5, Reason.LOST)
    good = sign_statement(gone, by=[key(office, "A")])
    false = Countersigned(good.body, {officer: bytes(len(s)) for officer, s in good.signatures.items()})
    state, officers = office.states["B"], office.root("B").officer_publics()
    assert not take_statements(state, [false], officers=officers), "nobody signed it"
    assert take_statements(state, [good], officers=officers)
    take_statements(state, [false], officers=officers)
    assert of(state, good.body) == good


def test_what_a_stranger_signed_is_not_kept(office: Office) -> None:
    gone = Revocation(office.org, office.client("C").me.id, 5, Reason.LOST)
    state = office.states["B"]
    found = [sign_statement(gone, by=[OfficerSigningKey.generate()])]
    assert not take_statements(state, found, officers=office.root("B").officer_publics())
    assert all(entry.body != gone.encode() for entry in statements(state))


def test_a_proposal_is_in_force_when_enough_officers_signed_and_not_before(office: Office) -> None:
    made = office.propose("A", renamed("Other"))  # type: ignore[arg-type]
    assert (made.have, made.needed, made.in_force) == (1, 2, False)
    assert office.root("A").name == "Sramik Union"
    office.session("A", "B")
    (waiting,) = open_proposals(office.states["B"], org=office.org)
    assert (waiting.hash, waiting.have) == (made.hash, 1)
    assert sign(office, "B", made.hash)
    office.settle("B", "A", "C")
    assert {office.root(name).name for name in "ABC"} == {"Other"}
    assert not proposals(office.states["C"])


def test_signing_twice_is_not_two_signatures(office: Office) -> None:
    made = office.propose("A", renamed("Other"))  # type: ignore[arg-type]
    assert not sign(office, "A", made.hash)
    assert open_proposals(office.states["A"], org=office.org)[0].have == 1


def test_a_device_signs_no_second_body_for_a_version_until_a_week_has_passed(office: Office) -> None:
    mine = office.propose("A", renamed("One"))  # type: ignore[arg-type]
    theirs = office.propose("B", renamed("Two"))  # type: ignore[arg-type]
    office.session("A", "B", "A")
    with pytest.raises(RootSignedError):
        office.propose("A", renamed("Three"))  # type: ignore[arg-type]
    with pytest.raises(RootSignedError):
        sign(office, "A", theirs.hash)
    office.clock.now += 6 * DAY
    with pytest.raises(RootSignedError):
        sign(office, "B", mine.hash)
    office.clock.now += DAY + 1
    assert sign(office, "B", mine.hash)
    assert office.root("B").name == "One"


def test_who_is_no_officer_signs_nothing(office: Office) -> None:
    office.join("H")
    office.session("A", "H")
    made = office.propose("A", renamed("Other"))  # type: ignore[arg-type]
    office.session("A", "H")
    with pytest.raises(SignHereError):
        sign(office, "H", made.hash)
    office.states["H"].keys.put("officer", OfficerSigningKey.generate().seed)
    with pytest.raises(SignHereError):
        sign(office, "H", made.hash)
    with pytest.raises(ProposalUnknownError):
        sign(office, "B", bytes(32))


def test_a_root_that_is_none_is_not_signed(office: Office) -> None:
    with pytest.raises(EncodingError):
        office.propose("A", lambda root: replace(root, threshold=9))
    assert not proposals(office.states["A"])
    office.propose("A", renamed("Other"))  # type: ignore[arg-type]


def test_a_proposal_for_a_version_that_exists_or_without_an_officers_signature_is_dropped(
    office: Office,
) -> None:
    root, chain = office.root("B"), roots(office.states["B"])
    old = replace(root, name="Old").encode()
    nobody = Countersigned(
        replace(root, version=root.version + 1, previous=root_hash(chain[-1].body)).encode(), {}
    )
    found = [Countersigned(old, {}).add(label="kantha/v1/root", by=key(office, "A")), nobody]
    assert not take_proposals(office.states["B"], found, org=office.org)
    assert not proposals(office.states["B"])


def test_an_officer_who_goes_takes_no_statement_along(office: Office) -> None:
    office.join("X", by="C", role=Role.INTAKE)
    office.session("C", "A", "B")
    gone = officer_id(key(office, "C").public)
    made = office.propose(
        "A", lambda root: replace(root, officers=tuple(one for one in root.officers if one.id != gone))
    )
    office.session("A", "B")
    assert sign(office, "B", made.hash)
    office.settle("B", "A")
    roster = office.roster("B")
    assert not roster.pending
    assert next(m for m in roster.members.values() if m.admission.label == "X").active
    admitted = of(office.states["B"], _admission(office, "X"))
    signers = admitted.holding(label=LABEL, officers=office.root("B").officer_publics())
    assert signers == {officer_id(key(office, "A").public)}, "who proposed it signed for X too"


def _admission(office: Office, name: str) -> bytes:
    found = next(m for m in office.roster("B").members.values() if m.admission.label == name)
    return found.admission.encode()


def test_a_policy_that_asks_for_two_waits_until_two_have_signed_for_every_handler(
    relay: RunningRelay,
) -> None:
    """One officer's word is enough for the root, and would take every handler's desk away."""
    office = Office(relay, clock=Hands())
    office.session("A")
    office.officer("B")
    office.settle("A", "B")
    made = office.propose("A", lambda root: replace(root, policy=replace(root.policy, handler_officers=2)))
    assert (made.have, made.needed, made.in_force) == (1, 2, False)
    office.session("A", "B")
    assert sign(office, "B", made.hash)
    office.settle("B", "A")
    assert len(office.roster("A").handlers(office.desk())) == 2


def test_an_organisation_of_several_officers_renews_its_root_by_itself(office: Office) -> None:
    ends = office.root().expires_at
    office.clock.now = ends - RENEW_S + DAY
    office.settle("A", "B", "C", rounds=6)
    assert {office.root(name).expires_at for name in "ABC"} == {ends + 365 * DAY}
    assert not proposals(office.states["A"])


def test_an_own_version_that_nobody_saw_gives_way_to_the_published_one(office: Office) -> None:
    state = office.states["A"]
    chain = roots(state)
    mine, theirs = (_next(office, chain, name) for name in ("mine", "theirs"))
    keep_roots(state, [*chain, mine])
    assert take_roots(state, [*chain, theirs]) == [mine]
    assert newest_root(state, org=office.org).name == "theirs"
    assert not take_roots(state, chain), "a chain that ends earlier takes nothing away"
    assert newest_root(state, org=office.org).name == "theirs"
    assert not take_roots(state, [theirs]), "nor does one that begins later"
    assert roots(state) == [*chain, theirs]


def _next(office: Office, chain: list[Countersigned], name: str) -> Countersigned:
    before = Root.decode(chain[-1].body)
    made = replace(before, version=before.version + 1, previous=root_hash(chain[-1].body), name=name)
    return made.sign([key(office, "A"), key(office, "B")])


def test_two_that_hold_at_once_are_decided_alike_everywhere(relay: RunningRelay) -> None:
    office = Office(relay, clock=Hands())
    office.session("A")
    office.officer("B")
    office.settle("A", "B")
    chain = roots(office.states["A"])
    before = Root.decode(chain[-1].body)
    bodies = [
        replace(before, version=before.version + 1, previous=root_hash(chain[-1].body), name=name)
        for name in ("one", "two")
    ]
    both = [bodies[0].sign([key(office, "A")]), bodies[1].sign([key(office, "B")])]
    found = set()
    for order in (both, both[::-1]):
        state = office.states["A"]
        keep_roots(state, chain)
        assert take_proposals(state, order, org=office.org)
        assert settle(state, org=office.org)
        found.add(newest_root(state, org=office.org).name)
    assert len(found) == 1


def test_phones_get_no_root_that_was_replaced_longer_ago_than_any_of_them_can_need(office: Office) -> None:
    keep_s = (120 + 49) * DAY
    whole = roots(office.states["A"])
    assert roots_for_phones(office.states["A"], keep_s=keep_s, most=64) == whole
    office.clock.now += keep_s
    assert roots_for_phones(office.states["A"], keep_s=keep_s, most=64) == whole
    office.clock.now += 60
    assert roots_for_phones(office.states["A"], keep_s=keep_s, most=64) == whole[-1:]
    office.settle("A", "B", "C", rounds=6)
    office.propose("A", renamed("Other"))  # type: ignore[arg-type]
    kept = office.phone_part("A").part.roots
    assert len(kept) < len(roots(office.states["A"]))
    assert Root.decode(roots(office.states["A"])[0].body).version == 1, "publishers keep all of them"
    assert roots_for_phones(office.states["A"], keep_s=0, most=1) == roots(office.states["A"])[-1:]


def test_a_change_is_made_again_on_top_of_another_field_by_field(office: Office) -> None:
    base = office.root()
    desk = replace(base.desks[0], id=type(base.desks[0].id)(b"12345678"), name="night")
    mine = replace(base, name="mine", desks=(*base.desks, desk))
    theirs = replace(base, name="theirs", officers=base.officers[:2], version=base.version + 1)
    both = changed_again(base, mine, theirs)
    assert both.name == "theirs", "what both changed is as it was published"
    assert both.desks == (*base.desks, desk)
    assert both.officers == base.officers[:2]
    assert both.version == theirs.version


def test_a_device_without_an_officers_key_proposes_nothing(office: Office) -> None:
    state = office.states["A"]
    state.keys.drop("officer")
    with pytest.raises(SignHereError):
        propose(state, org=office.org, change=lambda root: root, now=0)


def test_a_revocation_outlives_its_signer_who_was_removed_by_somebody_who_had_not_seen_it(
    office: Office,
) -> None:
    office.join("H")
    office.session("A", "H")
    office.settle("A", "B", "C")
    seized = office.client("H").me.id
    revoke(office.client("C"), device=seized, reason=Reason.SEIZED)
    gone = office.client("C").me.id
    made = office.propose("A", without(gone))
    office.session("C")  # which publishes the revocation; neither A nor B has fetched it
    with office.states["B"].transaction():
        for entry in proposals(office.states["A"]):
            keep_proposal(office.states["B"], entry)
    assert sign(office, "B", made.hash)
    office.settle("B", "A")
    for name in "AB":
        assert gone not in {officer.device for officer in office.root(name).officers}
        assert not office.roster(name).members[seized].active
        assert all(entry.device != seized for entry in office.roster(name).handlers(office.desk()))


def test_pending_statements_of_one_officer_do_not_fill_the_store() -> None:
    state, made = new_state(), people.first_root(("officer", "second"), 1)
    signed_root = replace(made, policy=Policy(handler_officers=2)).sign(
        [people.officer("officer"), people.officer("second")]
    )
    org = OrganisationId(root_hash(signed_root.body))
    flood = [
        sign_statement(
            replace(people.admission(f"h{n}", Role.HANDLER), org=org), by=[people.officer("second")]
        )
        for n in range(MAX_PENDING_OF_ONE_OFFICER + 5)
    ]
    with state.transaction():
        keep_roots(state, [signed_root])
        root = newest_root(state, org=org)
        assert take_statements(state, flood, officers=root.officer_publics())
        settle(state, org=org)
    kept = {sha256(entry.body) for entry in statements(state)}
    assert len(kept) == MAX_PENDING_OF_ONE_OFFICER
    assert kept == roster(state, root=root, org=org).statements.keys()
