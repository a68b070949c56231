"""One complaint as a few lines for people. What was not asked is left out; what was refused is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.cli.output import clean, plain

if TYPE_CHECKING:
    from app.actions.views import ComplaintView

SILENT: tuple[object, ...] = (None, "not_asked", [], {}, "")


def complaint_text(view: ComplaintView) -> str:
    """Lay out the record and the messages under it."""
    lines = [f"{view.code}  {view.status}"]
    if view.received:
        lines.append(f"Received {view.received} from {plain(view.device_label or view.device)}")
    if view.authentic is False:
        lines.append("Look here: it carries the name of a device that did not send it.")
    if view.record is None:
        lines.append("What was said cannot be read on this device.")
    else:
        lines.append("")
        lines += [f"{name}: {value}" for name, value in answers(view.record)]
    for message in view.messages:
        who = "desk" if message.from_ == "desk" else "phone"
        lines += ["", f"{message.at}  {who}  {message.kind}", clean(message.text)]
    return "\n".join(lines)


def answers(record: dict[str, object], *, under: str = "") -> Iterator[tuple[str, str]]:
    """Every answer that is more than silence, with its name as the record writes it."""
    for name, value in record.items():
        if value in SILENT:
            continue
        if isinstance(value, dict):
            yield from answers(value, under=f"{under}{name}.")
        elif isinstance(value, list):
            for item in value:
                parts = [f"{k} {v}" for k, v in answers(item)] if isinstance(item, dict) else [plain(item)]
                yield f"{under}{name}", ", ".join(parts)
        else:
            yield f"{under}{name}", clean(str(value))
