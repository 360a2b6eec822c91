"""A proposal as tables to read: what is proposed, why, and what is unsure."""

from flows.platforms.masking import shown
from flows.platforms.page import Page
from flows.platforms.proposal import Proposal, ProposedField, ProposedKind

UNSURE = "?"


def proposal_view(proposal: Proposal) -> str:
    """The proposal as text."""
    page = Page()
    kinds = proposal.kinds.values()
    files, records = sum(kind.files_count for kind in kinds), sum(kind.records_count for kind in kinds)
    page.heading(
        f"{proposal.platform}: proposed from {records} records of {files} files; {UNSURE} marks what is unsure"
    )
    rows = [
        (name, "" if value is None else str(value).lower() if isinstance(value, bool) else str(value),
         reason if is_sure else f"{UNSURE} {reason}")
        for name, (value, reason, is_sure) in proposal.decisions.items()
    ]  # fmt: skip
    page.table("The platform", ("what", "value", "why"), rows)
    if proposal.words:
        page.table("Event words", ("their word", "our type", "events", "why"), word_rows(proposal))
    for kind in kinds:
        page.table(kind_title(kind), ("field", "type", "means", "why", "for example"), map(field_row, kind.fields))
    page.lines(proposal.notes, mark="Note: ", style="yellow")
    page.lines(proposal.problems, mark="Missing: ", style="red")
    return page.text


def word_rows(proposal: Proposal) -> list[tuple[str, str, str, str]]:
    """A row a word."""
    return [
        (shown(word), said.event_type or "left out", str(said.events_count), said.reason)
        for word, said in proposal.words.items()
    ]


def kind_title(kind: ProposedKind) -> str:
    """The kind with its format."""
    delimiter = f" with {kind.delimiter!r}" if kind.format == "csv" else ""
    header = "" if kind.has_header else ", no header: fields are named by their places"
    return f"{kind.kind}: {kind.format}{delimiter}{header}"


def field_row(one: ProposedField) -> tuple[str, str, str, str, str]:
    """A row a field."""
    kind = f"{one.guess.type} {one.unit}" if one.unit else one.guess.type
    meanings = " + ".join(part for part in (one.means, one.identifier) if part)
    if not one.is_named:
        kind, meanings = "", "left out"
    filled = "" if one.filled_share > 0.995 else f"; filled in {one.filled_share:.0%}"
    return (
        shown(one.path),
        kind,
        meanings,
        f"{'' if one.is_sure else UNSURE + ' '}{one.reason}{filled}",
        ", ".join(one.samples),
    )
