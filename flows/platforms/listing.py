"""`crossrec platform list`: the platforms of a contracts folder at a glance."""

from flows.contracts import PlatformContract, load_contracts
from flows.landing_file import deliveries
from flows.platforms.file_days import days_of
from flows.platforms.page import Page
from flows.settings import Settings

COLUMNS = ("platform", "title", "kinds", "formats", "zone", "words", "identifiers", "files", "newest day")


def listing(settings: Settings) -> str:
    """A table with a row a platform."""
    page = Page()
    contracts = load_contracts(settings.contracts)
    page.table(f"Platforms of {settings.contracts}", COLUMNS, (platform_row(settings, one) for one in contracts))
    return page.text


def platform_row(settings: Settings, contract: PlatformContract) -> tuple[str, ...]:
    """What the contract says, and what has landed."""
    fields = [field for kind in contract.kinds.values() for field in kind.fields]
    identifiers = dict.fromkeys(field.identifier for field in fields if field.identifier)
    formats = dict.fromkeys(kind.format for kind in contract.kinds.values())
    files = [path for kind in contract.kinds for path in deliveries(settings.landing, contract.platform, kind)]
    days = [found.last for path in files if (found := days_of(str(path.relative_to(settings.landing))))]
    return (
        contract.platform, contract.title, ", ".join(contract.kinds), ", ".join(formats), contract.time_zone,
        str(len(contract.event_words)), ", ".join(identifiers), str(len(files)),
        max(days).isoformat() if days else "",
    )  # fmt: skip
