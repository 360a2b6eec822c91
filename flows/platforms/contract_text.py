"""A proposal as the text of a contract: for people to read, with the reasons as comments."""

import json
import re
from collections.abc import Mapping

import yaml

from flows.contract_yaml import ContractLoader
from flows.platforms.masking import looks_private
from flows.platforms.proposal import Decision, Proposal, ProposedField, ProposedKind

USUAL = {
    "future_tolerance_hours": (24, "an event further in the future when it is read is rejected"),
    "when_replaced": ("retract", "or refuse: a file that comes again under its name with other content"),
}
"""What no file can tell, and whoever reads the contract should know: the value that is usual, and what it means."""

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")


def scalar(text: str) -> str:
    """A text as it stands in YAML: bare if every reader takes it for the same text, else quoted."""
    if PLAIN.fullmatch(text):
        readers = (yaml.SafeLoader, ContractLoader)
        if all(yaml.load(f"[{text}]", reader) == [text] for reader in readers):  # noqa: S506 -- safe loaders
            return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def comment(reason: str) -> str:
    """The reason as a comment at the end of a line."""
    line = re.sub(r"\s+", " ", "".join(character if character.isprintable() else " " for character in reason))
    return f" # {line.strip()}" if line.strip() else ""


def contract_text(proposal: Proposal) -> str:
    """The contract in the layout of those that are written by hand."""
    lines = [f"platform: {proposal.platform}", f"title: {scalar(str(proposal.value('title')))}"]
    lines += platform_lines(proposal.decisions)
    lines += word_lines(proposal)
    lines.append("kinds: # files fetched from elsewhere: place: s3://bucket/folder or https://host/file, beside format")
    for kind in proposal.kinds.values():
        lines += kind_lines(kind)
    return "\n".join(lines) + "\n"


def platform_lines(decisions: Mapping[str, Decision]) -> list[str]:
    """What concerns the platform as a whole, each with its reason."""
    zone, region = decisions["time_zone"], decisions["phone_region"]
    lines = [f"time_zone: {zone.value}{comment(zone.reason)}"]
    if region.value:
        lines.append(f"phone_region: {region.value}{comment(region.reason)}")
    for name in ("lateness_days", "consumed_may_return"):
        value, reason, _ = decisions[name]
        lines.append(f"{name}: {str(value).lower()}{comment(reason)}")
    return [*lines, *(f"{name}: {value} # {meaning}" for name, (value, meaning) in USUAL.items())]


def word_lines(proposal: Proposal) -> list[str]:
    """The event words, and as comments those that nobody knows."""
    if not proposal.known_words:
        return []
    lines = ["event_words:"]
    lines += [f"  {scalar(word)}: {event_type}" for word, event_type in proposal.known_words.items()]
    left_out = [word for word, said in proposal.words.items() if not said.event_type]
    lines += [
        f"  # left out, its events are not used: {json.dumps(word)}" for word in left_out if not looks_private(word)
    ]
    return lines


def kind_lines(kind: ProposedKind) -> list[str]:
    """The files and fields of one kind."""
    lines = [f"  {kind.kind}:", f"    format: {kind.format}"]
    if kind.format == "csv" and kind.delimiter != ",":
        lines.append(f"    delimiter: {json.dumps(kind.delimiter)}")
    if not kind.has_header:
        lines.append("    header: false # the path of a field is its place in a record, counted from 1")
    lines.append("    fields:")
    lines += [f"      - {{{', '.join(entries(one))}}}{comment(remark(one))}" for one in kind.named]
    left_out = [one.path for one in kind.fields if not one.is_named]
    if left_out:
        lines.append(f"      # in `extra`, where e-mails and phones are keyed: {', '.join(map(json.dumps, left_out))}")
    return lines


def entries(one: ProposedField) -> list[str]:
    """The keys of a field that differ from their defaults."""
    found = [f"name: {scalar(one.name)}"]
    if one.path != one.name:
        found.append(f"path: {scalar(one.path)}")
    found.append(f"type: {one.guess.type}")
    if one.means:
        found.append(f"means: {one.means}")
    if one.identifier:
        found.append(f"identifier: {one.identifier}")
    if one.unit:
        found.append(f"unit: {scalar(one.unit)}")
        if one.guess.zone:
            found.append(f"zone: {one.guess.zone}")
    return found


def remark(one: ProposedField) -> str:
    """The reason, where a reader would wonder."""
    if one.is_sure and not one.guess.misfits:
        return ""
    unit = one.guess.unit
    open_question = unit.question if unit and unit.question else ""
    misfits = f"{one.guess.misfits} of {one.guess.count} values are no {one.guess.type}" if one.guess.misfits else ""
    return "; ".join(part for part in ("unsure", one.reason, open_question, misfits) if part)
