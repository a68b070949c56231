"""Telling the relay at once what an officer has just signed; where it does not answer, the next session does.

What was signed is kept on this device before any of this, so nothing here can undo it.
"""

from __future__ import annotations

from app.actions.device import Device
from crypto.errors import CryptoError, RootRefusedError
from sync import belonging, rights
from sync.due import mark_due
from sync.errors import PublishRefusedError, SyncError
from sync.publish import Publisher, publish_token
from sync.transport import RelayClient
from sync.welcomes import release_welcomes
from sync.wire import HANDLER_PART, PHONE_PART

Parts = tuple[bytes, bytes]
"""The phone part and the handler part of the directory, as the relay serves them."""


def publish_now(device: Device) -> bool:
    """True if the relay has the newest directory and tokens now, and every welcome that may go."""
    return publish_with_parts(device) is not None


def publish_with_parts(device: Device, *, welcome: bool = False) -> Parts | None:
    """As `publish_now`, with what the relay now serves; None if it could not be told. `welcome`: one was
    queued just now.
    """
    from app.actions.sending import session_of

    try:
        with RelayClient(device.member.relay, device.member.pool_name) as relay:
            publish(device, relay)
            if send_welcomes(device) or welcome:
                publish(device, relay)  # a handler whom another officer's publication brought into force
                session_of(device).send_replies(relay)
            phone, handler = relay.get_directory(PHONE_PART), relay.get_directory(HANDLER_PART)
    except (SyncError, CryptoError):
        device.reload()
        return None
    assert phone is not None
    assert handler is not None
    return phone[0], handler[0]


def publish(device: Device, relay: RelayClient) -> None:
    """What is due, on a device that may publish."""
    token = publish_token(device.state)
    if token is not None:
        Publisher(device.directory_client, token).maintain(relay)
        if rights.refused_since(device.state) is not None:
            raise PublishRefusedError  # a session goes on without it; here somebody waits for the answer
    device.reload()  # a revocation raises the token epoch, and what is deposited next needs the new one


def send_welcomes(device: Device) -> int:
    """Queue the welcomes of admissions that hold by now; how many. Then a publication is due, for only this
    device may know the new handler's epoch key.
    """
    state, org = device.state, device.member.org
    try:
        root = belonging.newest_root(state, org=org)
    except RootRefusedError:
        return 0
    with device.vault.transaction():
        roster = belonging.roster(state, root=root, org=org)
        ready = release_welcomes(state, roster=roster, root=root)
        for _device, cell in ready:
            device.answers.queue_sealed(cell)
        if ready:
            mark_due(state)
    return len(ready)
