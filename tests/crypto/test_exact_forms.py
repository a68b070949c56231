"""Well sealed and well signed is not enough: another size, one entry more or another type is refused all the
same.
"""

from __future__ import annotations

import pytest

from crypto.cells import CELL_BYTES, PLAIN_BYTES, _info, open_cell
from crypto.desk_keys import SeedWrap, decode_days, encode_days
from crypto.encoding import decode, encode
from crypto.errors import CellDamagedError, EncodingError
from crypto.heads import Head
from crypto.ids import OrganisationId
from crypto.reply_cells import PLAIN_BYTES as REPLY_PLAIN_BYTES
from crypto.reply_cells import REPLY_CELL_BYTES, open_reply
from tests.crypto import people
from tests.crypto.people import DESK, ORG, pair

HEAD = Head(OrganisationId(ORG), 1, bytes(32), 1, 2, bytes(32), bytes(32), 1, people.device("publisher"))


@pytest.mark.parametrize("more", [-1, 1, 64, 16_384])
def test_a_well_sealed_cell_of_another_size_is_refused(more: int) -> None:
    key = people.day_key()
    plain = bytes([1]).ljust(PLAIN_BYTES + more, b"\0")
    sealed = key.key.seal(plain, info=_info(ORG, DESK, key.generation, key.day))
    assert len(sealed) == CELL_BYTES + more
    with pytest.raises(CellDamagedError):
        open_cell(sealed, key=people.desk_seed().opening_key, org=ORG)


@pytest.mark.parametrize("more", [-1, 1, 64, 4_096])
def test_a_well_sealed_reply_cell_of_another_size_is_refused(more: int) -> None:
    plain = bytes([1]).ljust(REPLY_PLAIN_BYTES + more, b"\0")
    sealed = pair("reply").sealing_key.seal(plain, info=encode(["kantha/v1/reply", ORG, 1]))
    assert len(sealed) == REPLY_CELL_BYTES + more
    with pytest.raises(CellDamagedError):
        open_reply(sealed, key=pair("reply"), org=ORG)


def test_a_head_has_its_nine_entries_and_no_other() -> None:
    entries = decode(HEAD.encode())
    assert Head.decode(encode(entries)) == HEAD
    with pytest.raises(EncodingError):
        Head.decode(encode({**entries, 10: 1}))
    with pytest.raises(EncodingError):
        Head.decode(encode({key: value for key, value in entries.items() if key != 9}))


def test_a_wrap_has_its_six_entries_and_no_other() -> None:
    wire = SeedWrap.make(people.desk_seed(), to=people.epoch_key("handler"), org=ORG).to_wire()
    assert SeedWrap.from_wire(wire).to_wire() == wire
    for other in ([*wire, 1], wire[:-1]):
        with pytest.raises(EncodingError):
            SeedWrap.from_wire(other)


@pytest.mark.parametrize("wrong", [b"", bytes(1_215), bytes(1_217), 7, "key", None, [bytes(1_216)]])
def test_a_days_public_key_is_a_key_or_the_run_is_refused(wrong: object) -> None:
    run = encode_days(people.desk_seed().public_days(2))
    assert len(decode_days(run)) == 2
    with pytest.raises(EncodingError):
        decode_days({**run, 4: [run[4][0], wrong]})  # type: ignore[index]
