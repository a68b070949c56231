"""What a person read in each narrative of the corpus: issues, and when it happened. One line a complaint.

The sources' categories are those of their own mechanisms ("Legally binding employment relationship" is wages
here and a forced resignation there), so that the codes rest on what is told. Dates are those of what
happened, never of filing, audits or reports; where the source has only such dates, both are null.
Contradictions are listed at the end.
"""

from __future__ import annotations

from typing import NamedTuple


class Read(NamedTuple):
    """Issue codes, first and last date; None: the source does not say."""

    issues: tuple[str, ...]
    first: str | None = None
    last: str | None = None


def _table(text: str) -> dict[str, Read]:
    found = {}
    for line in text.strip().splitlines():
        ref, issues, *dates = (part.strip() for part in line.split("|"))
        first, last = ([date or None for date in dates] + [None, None])[:2]
        found[ref] = Read(tuple(issues.split()), first, last)
    return found


READ = _table("""
FWF-902                    | W6 W4 W3             | 2020-03
FWF-709                    | T4                   | 2019-06
FWF-392                    | F5 T7 W7 W8          | 2018-01    | 2018-05-10
FWF-525                    | W2 W5 D5             | 2018-09
FWF-897                    | W2 W10
FWF-423                    | T4 G4 L4 F2          | 2018-06-14 | 2018-06-14
FWF-605                    | T1 F2 W1 W2          | 2018-12-26 | 2019-01-01
FWF-816                    | G1 G8 O8 R
FWF-862                    | T7 W10               | 2020-04-01 | 2020-04-20
FWF-787                    | T1 T3                | 2019-09
FWF-163                    | W1                   | 2015-07-25
FWF-380                    | T1 T3                | 2018-01
FWF-309                    | G1 G4
FWF-895                    | O8                   |            | 2020-05
FWF-846                    | M1 T4
FWF-904                    | T6 M1                | 2020-06-14
FWF-256                    | W1 W9                | 2016-12
FWF-72                     | W3 W8 W9 W1          | 2014-03
FWF-242                    | W4 G1 T4 W8          | 2017-04-06 | 2017-04-07
FWF-238                    | W1                   | 2017-04
FWF-243                    | J1 O10 T5            | 2016-09-02 | 2017-02-10
FWF-184                    | G2 G8                | 2016-09-07 | 2016-09-07
FWF-RES-BD-TAKKO-201408-2  | T4 G1 D5
FWF-RES-TR-MAIER-201612    | T1
FWF-RES-TR-MAIER-201702    | C5 W2 T1
FWF-RES-TR-HESS-201204     | W9 C3
FWF-RES-TR-BP-201701       | T1 T4 W1 T3
FWF-RES-TR-ACNE-201211     | W4 W3
FWF-RES-VN-OSC-201611      | C1 T1 W1 W9          | 2016-11-04
FWF-RES-VN-DEUTER-201707   | T1
FWF-RES-VN-DEUTER-201511   | W3 O8 H3             | 2015-11
FWF-RES-VN-JW-201612       | H1
FWF-RES-VN-SCH-201707      | C2 D5 H4 T3 T7       | 2017-07-01
FWF-RES-CN-MAMMUT-201312   | H1
FWF-RES-CN-HAG-201701      | W1                   | 2016-11    | 2016-12
FWF-RES-IN-TAKKO-201610    | W7                   | 2016-10
FWF-RES-IN-TAKKO-201612    | W1                   | 2016-11
FWF-RES-IN-NUDIE-201702    | W7 W1 G1 D5          | 2017-01
FWF-RES-IN-NUDIE-201610    | H2 W3 W7 O8
FWF-RES-TN-NUDIE-201710    | H1 C5
FWF-RES-MK-ALBIRO-201405   | W2 H2 G1
FWF-RES-MM-JWS-201608      | F1 T1                | 2016-06-20
ACC-20160401-FRIENDS       | D2
ACC-20160313-TANAZ         | M1
ACC-20160304-RUMANA        | O7 O6
ACC-20160229-BENGAL        | W1
RSC-2025-11460             | T3
WRC-PANORAMA               | F1 F3                | 2016-02
WRC-LY                     | T2 T3
WRC-BDCAM                  | F1 T1
WRC-ICHENG                 | F1 W2 H2 D1 F4 H4 O7 | 2014-05
WRC-KINTAI                 | C2 C3 W7 W8 O5
WRC-VIOLET                 | T6 T2 T1             | 2020-07-01
WRC-BAT                    | T6 T3                | 2021-03
WRC-HANSOLL                | T6 T3
WRC-NIENHSING              | G5 G2 F4
WRC-BN-SHINE               | T3                   | 2012-05-25
WRC-BN-NATCHI              | G2 G1 F4
WRC-SHAHI20                | G1 G4 F2 T7 R
WRC-DRESSMASTER            | T6 T3 T5             | 2020-05
WRC-GOKALDAS               | M4 O9
WRC-MDRCCC                 | T6 T3 T2             | 2014-01
WRC-HANA                   | T6 T3 C3             | 2023-10
WRC-MBI                    | F1                   | 2023-04
AC-201-13-SABRINA          | T1 F6 F5             | 2013-05    | 2013-06-07
AC-ODM-QUALITY             | O7 O8 W1 W10         | 2020-04    | 2020-05
AC-ODM-BOWKER              | H4
AC-ODM-NEOMERIDIAN         | O7 D2 W7
SEED-TAZREEN               | O2 J3 J4             | 2012-11-24 | 2012-11-24
SEED-RANAPLAZA             | O1 O11 J3            | 2013-04-24 | 2013-04-24
SEED-ALI                   | O2 J3 J4             | 2012-09-11 | 2012-09-11
SEED-ABANTI                | F2 F4 R              | 2021
CCC-JABA                   | T6 W1 T3             | 2015-04
CCC-BUSANA                 | F1 F6                | 2010
CCC-MNSWEATER              | W1 G4 T1 R           | 2013
CCC-KIZONE                 | T6 T3                | 2011
CCC-RICHA                  | G2 T1 R              | 2013-09
CCC-NEXT                   | O8 J3                | 2014-09-04 | 2014-09-07
CCC-TOKYOMODE              | F1                   | 2012
CCC-HEYTEKSTIL             | W1 T2 T3 T5          | 2012-02
CCC-YUANJIOU               | W2 H2 C1 D5 T6       | 2014
CCC-FLORENZI               | T6 W1 T3             | 2020-07
HRW-KH-03                  | T1 H4 C2 H2          | 2013-11
HRW-KH-04                  | W4 H3 H1 G1
BHRRC-ERDOS                | G2 H5 H4 K1 G8
BHRRC-KFINE                | W3 W7 G1 O8 O9 O10
BHRRC-NEWPLUS              | G1 G2 G4 F4
BHRRC-HONGMIAO             | H2 H5 T1             | 2023-07-10 | 2023-07-17
BHRRC-ALLRICH              | T7 W1                | 2022-12
BHRRC-SIOEN                | F2 F1 T1
SRS-PACIFIC                | M2 M1 G1             | 2024-07-11 | 2024-10-21
AK-BEAMS                   | O1
AK-BN-CRACK                | O1
PRESS-BN-NARAYANGANJ       | M1 T4
PRESS-BN-MONDOL            | M1 T4 R              | 2019-08-22
PRESS-BN-GIANTSTAR         | W2 W7 F2
PRESS-KM-LONGVICTORY       | W1 T3 T6             | 2019-01
PRESS-KM-PRECISE           | W5 X
PRESS-KM-ROOHSING          | F1 T1 F6
PRESS-KM-SHENZHOU          | O7
PRESS-PK-ALI-FAMILIES      | J4 J3                | 2012-09-11
CLAIM-BD-RANAPLAZA-ADV     | J4
""")

CONTRADICTIONS = {
    "FWF-RES-VN-DEUTER-201511": "the audit is dated before the complaint; the strike alone is kept",
    "FWF-904": "14 June 2020 was a Sunday, the source says Saturday; the date is kept as published",
    "FWF-72": "found grounded in April, yet wages late 'by the middle of May'; only the unpaid month is kept",
    "WRC-BN-SHINE": "'almost five years' from 2012-05 to 2018-05 is six; the date is kept, the words too",
    "WRC-VIOLET": "the award of '2020' could be before or after the closure; it is not what happened",
    "CCC-YUANJIOU": "a campaign in 2014 and a closure announced for December 2014; the year alone is kept",
}
