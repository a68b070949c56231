"""What an accepted directory changes on a device, and what of one that is not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.desk_keys import DeskSeed, EpochKey, SeedWrap, generation_limit
from crypto.directory import PhoneDirectory
from crypto.handler_part import HandlerPart, PublisherBox
from crypto.ids import DeskId
from crypto.roster import Role
from sync.belonging import keep_roots, roots, statements
from sync.deskkeys import Generation, load_generations, save_generations
from sync.membership import Membership, Self
from sync.rights import candidates, wanted_token
from sync.state import State
from sync.takeover import Takeover, fits
from sync.tokensets import known_state
from tests.crypto import people
from tests.crypto.people import TODAY
from tests.sync.stores import NOW, member, new_state
from tests.sync.test_inbox import directory

MINE, FOREIGN = people.desk_seed(), replace(people.desk_seed(), seed=people.seed("somebody else's"))
OLD, FRESH, OTHER = "o" * 43, "f" * 43, "x" * 43


def taking(role: Role = Role.HANDLER) -> Takeover:
    name = "handler" if role is Role.HANDLER else "phone"
    state = new_state()
    keep_roots(state, [people.signed_root()])
    state.set_secret("epoch-keys", [[people.WEEK, people.pair("handler-epoch").seed, NOW]])
    return Takeover(state, Self(people.identity(name)), member(name, role))


def holding(*chains: DeskSeed) -> Takeover:
    takeover = taking()
    save_generations(takeover.state, [Generation(one, TODAY, TODAY + 2) for one in chains])
    return takeover


def held(state: State) -> list[DeskSeed]:
    return [entry.chain for entry in load_generations(state)]


# --- the phone part -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("epoch", "limit"), [(1, 1_024), (2, 1_024), (1, 7), (2, 7)])
def test_the_epoch_and_the_number_of_tokens_are_those_of_the_directory(epoch: int, limit: int) -> None:
    takeover, found = taking(Role.INTAKE), directory()
    root = replace(found.root, policy=replace(found.root.policy, tokens_per_week=limit))
    takeover.phone(replace(found, head=replace(found.head, token_epoch=epoch), root=root), before=None)
    saved = Membership.load(takeover.state) or takeover.member
    assert (saved.tokens.epoch, saved.tokens.limit) == (epoch, limit)


@pytest.mark.parametrize("role", [Role.INTAKE, Role.HANDLER])
def test_only_a_handler_keeps_the_others_epoch_keys(role: Role) -> None:
    takeover = taking(role)
    takeover.phone(directory(), before=None)
    kept = takeover.state.db.execute("SELECT count(*) FROM sync_epoch_key").fetchone()[0]
    assert kept == (role is Role.HANDLER)


def test_a_generation_that_another_publisher_published_under_this_number_is_dropped() -> None:
    for chain, kept in ((MINE, [MINE]), (FOREIGN, [])):
        takeover = holding(chain)
        takeover.phone(directory(), before=None)
        assert held(takeover.state) == kept


def test_what_was_published_before_stays_whatever_is_published_now() -> None:
    found = directory()
    (day, *_others) = found.part.days

    def published(number: int, desk: DeskId = people.DESK) -> PhoneDirectory:
        return replace(found, part=replace(found.part, days=(replace(day, generation=number, desk=desk),)))

    for before, kept in (
        (published(MINE.generation), [FOREIGN]),
        (published(MINE.generation + 1), [FOREIGN]),
        (published(MINE.generation - 1), []),
        (published(MINE.generation, people.OTHER_DESK), []),
    ):
        takeover = holding(FOREIGN)
        takeover.phone(found, before=before)
        assert held(takeover.state) == kept


# --- whether a chain is the published one ---------------------------------------------------------------


def test_a_chain_fits_the_days_that_are_made_from_it_and_says_nothing_of_others() -> None:
    days = tuple(MINE.public_days(3))
    mine, foreign = Generation(MINE, TODAY, TODAY + 2), Generation(FOREIGN, TODAY, TODAY + 2)
    assert fits(mine, days)
    assert not fits(foreign, days)
    assert fits(foreign, ()), "nothing to compare with"
    for other in ({"generation": MINE.generation + 1}, {"desk": people.OTHER_DESK}):
        assert fits(foreign, tuple(replace(day, **other) for day in days)), "of another line"


def test_days_before_a_chain_began_are_not_compared_and_the_first_shared_one_decides() -> None:
    (first, *later) = MINE.public_days(3)
    moved_on = Generation(MINE.at(TODAY + 1), TODAY, TODAY + 2)
    assert fits(moved_on, (first, *later))
    assert fits(moved_on, (first,)), "its key is destroyed here: nothing to compare with"
    (wrong, *_others) = FOREIGN.at(TODAY + 1).public_days(1)
    assert not fits(moved_on, (first, wrong))


# --- the handler part -----------------------------------------------------------------------------------


def box(token: str, *, to: EpochKey | None = None) -> PublisherBox:
    return PublisherBox.make(token, to=to or people.epoch_key("handler"), org=people.ORG)


def part(*boxes: PublisherBox) -> HandlerPart:
    return replace(people.published().handler, boxes=boxes, token_state=(4, people.seed("state")))


def publisher() -> Takeover:
    takeover = taking()
    takeover.state.keys.put("publish-token", OLD.encode())
    return takeover


def test_a_publishers_box_says_which_token_comes() -> None:
    takeover = publisher()
    takeover.handler(part(box(FRESH)), directory())
    assert wanted_token(takeover.state) == FRESH
    known = known_state(takeover.state)
    assert known is not None
    assert (known.epoch, known.digest) == (4, people.seed("state"))


def test_a_handler_who_may_not_publish_takes_no_box() -> None:
    takeover = taking()
    takeover.handler(part(box(FRESH)), directory())
    takeover.refused(part(box(FRESH)))
    assert candidates(takeover.state) == []


def test_a_box_for_another_device_for_a_key_that_is_over_or_of_another_organisation_is_passed() -> None:
    key = people.epoch_key("handler")
    others = (
        box(FRESH, to=replace(key, handler=people.device("other"))),
        box(FRESH, to=replace(key, epoch=people.WEEK - 1)),
        PublisherBox.make(FRESH, to=key, org=people.OTHER_ORG),
    )
    takeover = publisher()
    takeover.handler(part(*others), directory())
    takeover.refused(part(*others))
    assert candidates(takeover.state) == [OLD]
    takeover.handler(part(*others, box(OTHER)), directory())
    assert wanted_token(takeover.state) == OTHER


def test_of_an_edition_that_is_not_believed_one_token_is_tried_and_none_is_wanted() -> None:
    takeover = publisher()
    takeover.refused(part(box(FRESH), box(OTHER)))
    assert candidates(takeover.state) == [OLD, FRESH]
    assert wanted_token(takeover.state) == OLD
    assert known_state(takeover.state) is None, "nor what it says of the token sets"


def wraps(*chains: DeskSeed) -> HandlerPart:
    made = tuple(SeedWrap.make(chain, to=people.epoch_key("handler"), org=people.ORG) for chain in chains)
    return replace(part(), wraps=made)


def test_a_wrapped_seed_is_taken_if_it_is_the_published_one_or_is_not_published_yet() -> None:
    later = replace(MINE, generation=MINE.generation + 1)
    for chains, kept in (([MINE], [MINE]), ([FOREIGN], []), ([later], [later]), ([FOREIGN, later], [later])):
        takeover = taking()
        takeover.handler(wraps(*chains), directory())
        assert held(takeover.state) == kept


def test_a_chain_that_is_held_is_not_dropped_for_what_a_handler_part_brings() -> None:
    takeover, later = holding(FOREIGN), replace(MINE, generation=MINE.generation + 1)
    takeover.handler(wraps(MINE, later), directory())
    assert held(takeover.state) == [FOREIGN, later]


def test_a_wrapped_seed_whose_number_the_root_does_not_allow_is_passed() -> None:
    limit = generation_limit(directory().root.version)
    highest, beyond = (replace(MINE, generation=number) for number in (limit - 1, limit))
    takeover = taking()
    takeover.handler(wraps(beyond, highest), directory())
    assert held(takeover.state) == [highest]


def test_a_handler_part_without_roots_leaves_those_that_are_known() -> None:
    takeover = publisher()
    takeover.handler(replace(part(box(FRESH)), roots=()), directory())
    assert [entry.body for entry in roots(takeover.state)] == [people.signed_root().body]
    assert wanted_token(takeover.state) == FRESH


def test_what_officers_signed_is_news_once() -> None:
    takeover = taking()
    assert takeover.statements(part())
    assert not takeover.statements(part())
    assert len(statements(takeover.state)) == 2
