"""Maps the 102 published complaints of the corpus to intake records.

Rules: narratives stay verbatim; what a source does not say stays not asked or null; nobody is put in danger,
and no retaliation is said to have happened, unless the narrative tells it; what was *paid* is no part of an
intake record (it belongs to the case) and is left out; consent to the record is taken as given, since these
are published accounts, and every other purpose stays not asked unless the source limits it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.corpus.judgement import READ

DATA = Path(__file__).parent / "data"

FILED_BY = {
    "worker": "worker",
    "former worker": "former_worker",
    "group of workers": "group",
    "union": "union",
    "NGO": "organisation",
    "family": "family",
    None: None,
}

CLAIM_HEADS = {
    "FWF-163": "wages",
    "FWF-256": "wages",
    "WRC-VIOLET": "other",  # notice pay and damages in one sum
    "WRC-BN-SHINE": "severance",
    "WRC-DRESSMASTER": "severance",
    "WRC-MDRCCC": "severance",
    "CCC-JABA": "severance",
    "CCC-HEYTEKSTIL": "other",  # wages, severance and notice in one sum
    "CCC-FLORENZI": "other",  # wages and severance in one sum
    "PRESS-PK-ALI-FAMILIES": "compensation",
}

ESTIMATED = {
    "FWF-709", "FWF-605", "FWF-RES-VN-DEUTER-201511", "FWF-RES-IN-TAKKO-201610", "FWF-RES-IN-NUDIE-201702",
    "WRC-LY", "WRC-NIENHSING", "WRC-HANA", "CCC-JABA", "CCC-NEXT", "CCC-YUANJIOU", "PRESS-KM-LONGVICTORY",
    "PRESS-KM-PRECISE", "PRESS-KM-SHENZHOU",
}  # fmt: skip
"""Head-counts that the source gives as about, some, over or at least."""

EMPLOYMENT: dict[str, dict[str, Any]] = {
    "FWF-163": {"left": "2015-07-25", "how_ended": "resignation", "gross": "6500", "currency": "BDT"},
    "FWF-256": {"left": "2016-12", "how_ended": "resignation"},
    "FWF-242": {"left": "2017-04-07", "how_ended": "forced_resignation"},
    "FWF-238": {"left": "2017-04-25", "how_ended": "resignation"},
    "FWF-RES-VN-OSC-201611": {"left": "2016-11-04", "how_ended": "dismissal"},
    "WRC-BN-SHINE": {"left": "2012-05-25"},
    "HRW-KH-03": {"left": "2013-11", "how_ended": "dismissal", "contract": "fdc"},
    "BHRRC-HONGMIAO": {"left": "2023-07-17", "how_ended": "dismissal"},
    "SRS-PACIFIC": {"joined": "2022-06-04", "left": "2024-10-21", "how_ended": "dismissal"},
    "PRESS-BN-MONDOL": {"left": "2019-08-22", "how_ended": "forced_resignation"},
}

DANGER: dict[str, dict[str, Any]] = {
    # Threats that were told but whose end is not: unknown, neither yes nor no.
    "AK-BEAMS": {"now": "unknown"},
    "BHRRC-SIOEN": {"now": "unknown", "kinds": ["police", "threat"]},
    "PRESS-BN-MONDOL": {"now": "unknown", "kinds": ["threat"]},
    "PRESS-BN-GIANTSTAR": {"now": "unknown", "kinds": ["threat"]},
    "FWF-184": {"now": "unknown", "kinds": ["violence", "threat"]},
    "FWF-423": {"now": "unknown", "kinds": ["violence", "confinement", "police"]},
}

RETALIATION: dict[str, dict[str, Any]] = {
    "FWF-392": {"happened": "unknown"},
    "FWF-816": {"happened": "yes", "feared": "yes", "kinds": ["dismissal"]},
    "FWF-787": {"happened": "not_asked", "feared": "yes"},
    "FWF-184": {"happened": "not_asked", "feared": "yes", "kinds": ["blacklisting"]},
    "FWF-RES-VN-SCH-201707": {"happened": "unknown"},
    "WRC-SHAHI20": {"happened": "yes", "kinds": ["threat", "violence", "suspension"]},
    "SEED-ABANTI": {"happened": "yes", "kinds": ["court_case", "surveillance"]},
    "CCC-MNSWEATER": {"happened": "yes", "kinds": ["violence", "dismissal"]},
    "CCC-RICHA": {"happened": "yes", "kinds": ["dismissal"]},
    "BHRRC-ERDOS": {"happened": "not_asked", "feared": "yes"},
    "PRESS-BN-MONDOL": {"happened": "yes", "kinds": ["threat"]},
}

CONSENT: dict[str, dict[str, Any]] = {
    "FWF-309": {"employer_named": "no"},  # does not want her own case raised
    "FWF-816": {"employer_named": "no"},  # asks not to be named
    "FWF-709": {"referrals": [{"to": "police", "answer": "no"}]},
    "PRESS-KM-LONGVICTORY": {"public": "refused", "media": "refused"},  # the union wants nothing published
}

EVIDENCE: dict[str, list[dict[str, Any]]] = {
    "PRESS-KM-LONGVICTORY": [{"kind": "other", "held_by": "worker", "shows": "petition with thumbprints"}],
    "SEED-TAZREEN": [{"kind": "photo", "held_by": "union", "shows": "goods on the workshop floor"}],
    "HRW-KH-03": [{"kind": "letter", "held_by": "worker", "shows": "doctor's certificate"}],
}


def rows() -> list[dict[str, Any]]:
    """The rows of the corpus as published."""
    found: list[dict[str, Any]] = json.loads((DATA / "complaints.json").read_text(encoding="utf-8"))
    return found


def records() -> list[dict[str, Any]]:
    """All 102 as plain intake records, in the order of the corpus."""
    return [intake_record(row) for row in rows()]


def intake_record(row: dict[str, Any]) -> dict[str, Any]:
    """One row as a plain intake record, version 1; absent is what the source does not say."""
    ref = row["ref"]
    read = READ[ref]
    record: dict[str, Any] = {
        "external_ref": ref,
        "language": row["language"],
        "narrative": row["narrative"],
        "happened": {"from": read.first, "to": read.last},
        "facility": _facility(row),
        "buyers": [_buyer(name) for name in row["buyers"]],
        "issues": list(read.issues),
        "danger": DANGER.get(ref, {"now": "not_asked"}),
        "consent": {"record": "yes", **CONSENT.get(ref, {})},
        "claims": _claims(row),
        "evidence": EVIDENCE.get(ref, []),
    }
    if FILED_BY[row["filed_by"]] is not None:
        record["filed_by"] = FILED_BY[row["filed_by"]]
    if row["workers_affected"] is not None or row["women_affected"] is not None:
        record["affected"] = {
            "count": row["workers_affected"],
            "women": row["women_affected"],
            "estimate": ref in ESTIMATED,
        }
    for name, table in (("employment", EMPLOYMENT), ("retaliation", RETALIATION)):
        if ref in table:
            record[name] = table[ref]
    if row["source"] == "Amader Kotha":  # a telephone helpline
        record["received"] = "call"
    if row["filed_by"] == "family":
        record["on_behalf_of"] = {"relation": "relatives", "deceased": "yes"}
    return record


def fwf_896() -> dict[str, Any]:
    """The claim of Fair Wear 896 with its lines as published; their sum is not the published total, and stays
    so.
    """
    case = json.loads((DATA / "fwf_896.json").read_text(encoding="utf-8"))
    told = case["inputs"]
    lines = {
        "wages": told["salary_jan_apr"],
        "severance": told["service_benefit"],
        "notice": told["termination_benefit"],
        "leave": told["earned_leave"],
        "bonus": told["two_festival_bonuses"],
    }
    return {
        "external_ref": "FWF-896",
        "language": "en",
        "narrative": case["title"],
        "happened": {"from": told["terminated"], "to": told["terminated"]},
        "facility": {"country": case["country"]},
        "issues": ["W1", "T3", "W8", "W7"],
        "filed_by": "former_worker",
        "employment": {"joined": told["service_from"], "left": told["terminated"], "how_ended": "dismissal"},
        "claims": [
            {"head": head, "currency": "BDT", "amount": str(amount)} for head, amount in lines.items()
        ],
        "danger": {"now": "not_asked"},
        "consent": {"record": "yes"},
    }


def _facility(row: dict[str, Any]) -> dict[str, Any] | None:
    if row["facility"] is None and row["country"] is None:
        return None
    return {"name": row["facility"], "country": row["country"]}


def _buyer(name: str) -> dict[str, Any]:
    """`(disputed)` and `(reported)` in the source: there is testimony, and nothing better is told."""
    plain = name.removesuffix(" (disputed)").removesuffix(" (reported)")
    return {"name": plain, "evidence": "testimony" if plain != name else None}


def _claims(row: dict[str, Any]) -> list[dict[str, Any]]:
    claimed = row["amount_claimed"]
    if claimed is None:
        return []
    line = {
        "head": CLAIM_HEADS[row["ref"]],
        "currency": claimed["currency"],
        "amount": str(claimed["amount"]),
    }
    if row["ref"] == "WRC-BN-SHINE":
        line["months"] = 9
    return [line]
