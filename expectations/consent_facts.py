"""Rules for `quality.consent_facts`, a row a platform: nothing is learned together that people keep apart."""

from typing import ClassVar

from expectations.rules import FactsExist, NoneOf


class ConsentIsObeyed(NoneOf):
    """No training row joins what a person allows no platform to join."""

    column: str = "mixed_rows_count"
    sentence: ClassVar[str] = "What people of {platform} withhold from another platform is not learned together with it"
    observation: ClassVar[str] = "{mixed_rows_count} training rows of {withholding_accounts_count} accounts that are"


RULES = (FactsExist, ConsentIsObeyed)
