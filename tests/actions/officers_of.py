"""An organisation with several officers, each with a machine of the desk, for tests of recovery.

Made with the formats alone: officers' keys go into their machines' vaults, and the first officer signs the
root that names them, as enrolment of officers does.
"""

from __future__ import annotations

from app.actions.device import Device
from crypto.primitives import OfficerSigningKey, OpeningKey
from crypto.root import Officer, PublishRight, next_root
from sync.belonging import keep_roots, newest_root, roots
from sync.due import mark_due
from sync.publish import Publisher, publish_token
from tests.sync.world import World

CARD_PASSPHRASES = (
    "the loom stands by the window",
    "a kettle of stars boils over",
    "green thread on a tin roof",
)
SMALL_KIB = 65_536


def publish(world: World, device: Device) -> None:
    with world.client() as relay:
        Publisher(device.directory_client, publish_token(device.state) or "").maintain(relay)
    device.reload()


def several_officers(world: World, *, count: int = 3, threshold: int = 2) -> list[Device]:
    """The machines of `count` officers of whom `threshold` must sign; the first is the world's desk."""
    desk = world.desk
    others = [world.handler(f"Desk-{number}") for number in range(2, count + 1)]
    officers = [newest_root(desk.state, org=desk.member.org).officers[0]]
    for device in others:
        signing, kem = OfficerSigningKey.generate(), OpeningKey.generate()
        device.vault.put("officer", signing.seed)
        device.vault.put("officer-kem", kem.seed)
        device.vault.put("token-master", desk.vault.get("token-master") or b"")
        device.vault.put("publish-token", desk.vault.get("publish-token") or b"")
        officers.append(Officer(signing.public, kem.sealing_key.public, device.me.id))
    chain = roots(desk.state)
    root = newest_root(desk.state, org=desk.member.org)
    rights = [PublishRight(device.me.id, device.me.identity.public) for device in others]
    new = next_root(
        root, body=chain[-1].body, now=int(desk.now()), threshold=threshold, officers=tuple(officers),
        publishers=(*root.publishers, *rights),
    )  # fmt: skip
    first = OfficerSigningKey(desk.vault.get("officer") or b"")
    with desk.vault.transaction():
        keep_roots(desk.state, [*chain, new.sign([first])])
        mark_due(desk.state)
    publish(world, desk)
    for device in others:
        world.sync(device)
    return [desk, *others]
