"""What a proposal means in words, before an officer signs it."""

from __future__ import annotations

from app.actions.views import ChangeView, ProposalView
from app.i18n import Translator
from app.screens.casework.arrivals import role_word
from app.screens.officer.rules_words import name_of


def title(one: ProposalView, tr: Translator) -> str:
    """What is asked."""
    if one.kind == "admission":
        return tr("Admit {label}", label=one.label)
    if one.kind == "revocation":
        return tr("Revoke {label}", label=one.label)
    if one.kind == "window":
        return tr("Stop waiting for {label}", label=one.label)
    added = next((change.value for change in one.changes if change.what == "add_officer"), None)
    if added is not None:
        return tr("{label} becomes an officer", label=added or one.label)
    gone = next((change.value for change in one.changes if change.what == "remove_officer"), None)
    if gone is not None:
        return tr("{label} is no longer an officer", label=gone or one.label)
    return tr("Change the rules of the organisation")


def meaning(one: ProposalView, tr: Translator) -> list[str]:
    """What follows if enough officers sign, one sentence each."""
    if one.kind == "admission":
        return [_admits(one, tr)]
    if one.kind == "revocation":
        return [
            tr("Every other device stops accepting from it, and nothing new can be read on it."),
            tr("This cannot be undone."),
        ]
    if one.kind == "window":
        return [tr("What was finished on it before and was not sent is given up.")]
    return [change_words(change, tr) for change in one.changes]


def _admits(one: ProposalView, tr: Translator) -> str:
    role = role_word(one.role or "", tr)
    if one.role == "intake":
        return tr("It can write to the desk, and cannot read what others wrote.")
    return tr(
        "{role} of the desk {desk}: it reads all that arrives there from now on.",
        role=role,
        desk=one.desk or "",
    )


def change_words(change: ChangeView, tr: Translator) -> str:
    """One change of the root as a sentence."""
    value = change.value
    sentences = {
        "add_officer": tr("{label} may sign as an officer and publish for the organisation.", label=value),
        "remove_officer": tr("{label} can no longer sign as an officer.", label=value),
        "return_officer": tr("{label} was revoked, and would belong again.", label=value),
        "add_desk": tr("There is a new desk: {name}.", name=value),
        "remove_desk": tr("The desk {name} is no more.", name=value),
        "rename_desk": tr("A desk is called {name} from now on.", name=value),
        "threshold": tr("{n} officers must sign from now on.", n=tr.digits(value)),
        "policy": tr("A rule is different from now on: {rule}.", rule=_rule(value, tr)),
        "add_publisher": tr("{label} may publish for the organisation.", label=value),
        "remove_publisher": tr("{label} may no longer publish for the organisation.", label=value),
        "name": tr("The organisation is called {name} from now on.", name=value),
        "pool": tr("The organisation moves to another place at the relay."),
        "renew": tr("The rules of the organisation hold for another year."),
    }
    return sentences.get(change.what, tr("A rule is different from now on: {rule}.", rule=change.what))


def _rule(value: str, tr: Translator) -> str:
    """`key_days 44` in words; what is not written like that stays as it is."""
    name, _, number = value.partition(" ")
    return f"{name_of(name, tr)}: {tr.digits(number)}" if number else value


def have_words(one: ProposalView, tr: Translator) -> str:
    """How many have signed."""
    return tr("{have} of {needed} officers have signed.", have=one.have, needed=one.needed)
