"""`crossrec platform remove`: takes a platform's contract and staging SQL away; what it has delivered stays."""

from flows.contracts import load_contracts
from flows.platforms.add import Talk
from flows.platforms.check import contract_of
from flows.platforms.platform_files import apply, removal
from flows.settings import Settings


def remove(settings: Settings, platform: str, is_agreed: bool, talk: Talk) -> bool:
    """Take a platform out of the contracts folder; whether that was done.

    Raises:
        LookupError: if it has no contract.
        ValueError: if nobody can be asked and nobody has agreed.
    """
    contract = contract_of(settings, platform)
    others = tuple(one for one in load_contracts(settings.contracts) if one.platform != platform)
    change = removal(settings.contracts, contract, others)
    for name in change.removed:
        talk.say(f"  goes: {name}")
    for name in change.written:
        talk.say(f"  changes: {name}")
    if not others:
        talk.say("It is the last platform: what is generated goes too, as it says nothing without one.")
    tables = ", ".join(f"raw.{platform}_{kind}" for kind in contract.kinds)
    talk.say(
        f"What stays: {settings.landing / platform} and, where records were loaded, the raw tables {tables}; "
        "no night reads them any more."
    )
    if not is_agreed and talk.ask is None:
        raise ValueError("Removing is agreed to: on a terminal when asked, elsewhere with --yes. Nothing was removed.")
    if not is_agreed and not talk.agrees(f"Remove {platform}?"):
        talk.say("Nothing was removed.")
        return False
    apply(change)
    talk.say(f"Removed {platform} from {settings.contracts}.")
    return True
