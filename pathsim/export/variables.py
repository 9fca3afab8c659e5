"""Names as CDISC wants them: at most eight characters, upper-case letters, digits and underscores, a letter first.

ADaM Implementation Guide 1.3, section 3: variables and PARAMCD are named so, for SAS transport files can hold no
more. What a name stands for is told in full beside it: in PARAM, or by the variable's label, of 40 characters at most.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

LONGEST_NAME, LONGEST_LABEL = 8, 40

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "STUDYID": "Study Identifier",
        "USUBJID": "Unique Subject Identifier",
        "SUBJID": "Subject Identifier for the Study",
        "AGE": "Age",
        "AGEU": "Age Units",
        "SEX": "Sex",
        "ARM": "Description of Planned Arm",
        "TRT01P": "Planned Treatment for Period 01",
        "TRT01PN": "Planned Treatment for Period 01 (N)",
        "RFSTDT": "Date of Enrollment",
        "RANDDT": "Date of Randomization",
        "STRATA": "Stratum of the Randomization",
        "PARAMCD": "Parameter Code",
        "PARAM": "Parameter",
        "AVAL": "Analysis Value",
        "AVALU": "Analysis Value Unit",
        "CNSR": "Censor",
        "EVNTDESC": "Event or Censoring Description",
        "STARTDT": "Time-to-Event Origin Date for Subject",
        "ADT": "Analysis Date",
        "TRTP": "Planned Treatment",
        "AEDECOD": "Dictionary-Derived Term",
        "AEBODSYS": "Body System or Organ Class",
        "AETOXGR": "Standard Toxicity Grade",
        "AESER": "Serious Event",
        "AEOUT": "Outcome of Adverse Event",
        "ASTDT": "Analysis Start Date",
        "AENDT": "Analysis End Date",
        "ASTDY": "Analysis Start Relative Day",
        "AENDY": "Analysis End Relative Day",
        "APHASE": "Phase",
    }
)
"""The variables of our tables with their labels; nothing of a scenario can have one of these names."""


def codes(names: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """A code of its own for each name, none of those that are taken: overall_survival becomes OVERALL_, or OVERALL2.

    Of two names that would have the same code the first one has it.
    """
    found: dict[str, str] = {}
    for name in names:
        stem = _stem(name)
        used, number, code = {*taken, *found.values()}, 1, stem[:LONGEST_NAME]
        while code in used:
            number += 1
            code = f"{stem[: LONGEST_NAME - len(str(number))]}{number}"
        found[name] = code
    return found


def _stem(name: str) -> str:
    """A name in the letters that a code can have; X in front of one that does not begin with a letter."""
    letters = unicodedata.normalize("NFKD", name).upper()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    stem = re.sub(r"[^A-Z0-9_]+", "_", plain)
    return stem if stem[:1].isalpha() else f"X{stem}"


def label(text: str) -> str:
    """A text as the label of a variable, cut short if it is too long."""
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 3].rstrip()}..."
