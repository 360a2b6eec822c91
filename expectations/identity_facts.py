"""Rules for `quality.identity_facts`, one row for the night: what was not believed when accounts were matched."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.rules import WARNING, FactsExist, NoneOf, WithinBounds


class IdentifiersArePersonal(WithinBounds):
    """Few accounts have an identifier that so many others have, too; else a form is filled with what is no person's."""

    column: str = "refused_account_share"
    max_value: float = 0.05
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "Few accounts name an e-mail, phone, login or device that too many others name, too"
    observation: ClassVar[str] = (
        "{refused_account_share} of the accounts, by {refused_identifiers_count} identifiers that link nobody"
    )


class PersonsAreSmall(NoneOf):
    """No group of linked accounts is too large for one person."""

    column: str = "split_groups_count"
    severity: FailureSeverity = WARNING
    sentence: ClassVar[str] = "No group of linked accounts is too large for one person"
    observation: ClassVar[str] = "{split_groups_count} such groups, in which {cut_links_count} links were cut"


RULES = (FactsExist, IdentifiersArePersonal, PersonsAreSmall)
