"""Why accounts are one person, in plain words and from the tables of the last night: links, cuts, and since when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flows.settings import Settings
from flows.terminal import harmless
from flows.warehouse import Connection, Error, connect, table_exists

NEEDED = (
    ("marts", "dim_accounts"), ("marts", "dim_account_history"), ("intermediate", "int_identifiers_counted"),
    ("intermediate", "int_accounts_apart"), ("links", "account_candidates"), ("quality", "links_cut"),
    ("quality", "identifiers_refused"),
)  # fmt: skip
NAMES = {"email": "e-mail"}
LIKENESS = "likeness"
COMPARED = ("given name", "family name", "birth", "postal code")

CANDIDATES = """
    select account_key, user_id from marts.dim_accounts
    where account_key = $key or account_id = $key or user_id = $key
    order by user_id = $key, first_seen_at nulls last, account_key
"""
NEAR = """
    select account_key from marts.dim_accounts
    where
        jaro_winkler_similarity(lower(account_key), lower($key)) >= 0.85
        or jaro_winkler_similarity(lower(account_id), lower($key)) >= 0.85
    order by jaro_winkler_similarity(lower(account_key), lower($key)) desc, account_key
    limit 3
"""
SHARED = """
    select account_key, identifier, first_key
    from intermediate.int_identifiers_shared
    where account_key in (select account_key from marts.dim_accounts where user_id = ?)
    order by all
"""
LIKELY = """
    select
        pairs.first_key, pairs.second_key, pairs.weight, pairs.probability,
        pairs.given_name_weight, pairs.family_name_weight, pairs.birth_weight, pairs.postal_code_weight
    from links.account_candidates as pairs
    inner join intermediate.int_account_links as links
        on pairs.first_key = links.account_key and pairs.second_key = links.linked_key
    where links.evidence = 'likeness'
        and pairs.first_key in (select account_key from marts.dim_accounts where user_id = $user_id)
        and pairs.second_key in (select account_key from marts.dim_accounts where user_id = $user_id)
    order by all
"""
REFUSED = """
    select counted.account_key, counted.identifier, counted.identifier_mark, counted.accounts_count
    from intermediate.int_identifiers_counted as counted
    inner join quality.identifiers_refused as refused
        on counted.identifier = refused.identifier and counted.identifier_mark = refused.identifier_mark
    where counted.account_key in (select account_key from marts.dim_accounts where user_id = ?)
        and counted.accounts_count = refused.accounts_count
    order by all
"""
CUT = """
    select account_key, linked_key, evidence, cut_reason, accounts_count
    from quality.links_cut
    where account_key in (select account_key from marts.dim_accounts where user_id = $user_id)
        or linked_key in (select account_key from marts.dim_accounts where user_id = $user_id)
    order by all
"""
APART = """
    select account_key, other_key from intermediate.int_accounts_apart
    where account_key in (select account_key from marts.dim_accounts where user_id = $user_id)
        or other_key in (select account_key from marts.dim_accounts where user_id = $user_id)
    order by all
"""
SPANS = """
    select valid_from, valid_to, user_id, match_evidence, match_confidence
    from marts.dim_account_history
    where account_key = ?
    order by valid_from
"""


@dataclass(frozen=True)
class Link:
    """Two accounts and the kinds of identifiers that both have."""

    account: str
    other: str
    kinds: tuple[str, ...]


def explain(settings: Settings, key: str) -> str:
    """Which accounts are one person with this one and by which links, what was not followed, and since when.

    Raises:
        LookupError: if no account, or more than one, is called so, or if the tables cannot be read now.
    """
    if not settings.warehouse.exists():
        raise LookupError(f"Identity is told from the tables of a night; there is no {settings.warehouse}. "
                          "It comes with the first: crossrec night --date DATE")  # fmt: skip
    try:
        with connect(settings.warehouse, settings.memory_limit, settings.threads, read_only=True) as connection:
            if not all(table_exists(connection, schema, table) for schema, table in NEEDED):
                raise LookupError("Identity is told from tables that a night of this version makes; they are not "
                                  "there. Run: crossrec night --date DATE")  # fmt: skip
            return "\n".join(harmless(line) for line in told(connection, key))
    except Error as error:
        if "lock" not in str(error).lower():
            raise
        raise LookupError(
            "One program at a time works in the warehouse, and a night or an ingest does so now. Wait until it ends."
        ) from error


def told(connection: Connection, key: str) -> Iterator[str]:
    """The lines about the account of this name."""
    account, user_id = find_account(connection, key)
    spans = connection.execute(SPANS, [account]).fetchall()
    likely = {pair[:2]: pair for pair in connection.execute(LIKELY, {"user_id": user_id}).fetchall()}
    alike = [(key, LIKENESS, "|".join(pair)) for pair in likely for key in pair]
    links = list(chain(account, connection.execute(SHARED, [user_id]).fetchall() + alike))
    since = f", since the night of {spans[-1][0]}" if spans else ""
    if links:
        others = "another account" if len(links) == 1 else f"{len(links)} other accounts"
        yield f"{account} is one person with {others}: {user_id}{since}."
    else:
        yield f"{account} stands alone as {user_id}{since}: no identifier that counts links it to another account."
    for link in links:
        if link.kinds == (LIKENESS,):
            yield probable(*likely[min(link.account, link.other), max(link.account, link.other)])
        else:
            yield f"  {link.account} and {link.other} share {in_common(link.kinds)}."
    yield from not_followed(connection, user_id)
    if len(spans) > 1 or any(valid_to for _, valid_to, *_ in spans):
        yield "On earlier nights:"
        yield from (in_words(*span) for span in spans if span[1])


def find_account(connection: Connection, key: str) -> tuple[str, str]:
    """The account that is meant and its person; of a person the earliest account."""
    found = connection.execute(CANDIDATES, {"key": key}).fetchall()
    if not found:
        near = ", ".join(account for (account,) in connection.execute(NEAR, {"key": key}).fetchall())
        raise LookupError(
            f"An account is named by platform:account_id, account_id or user_id; nobody is {key!r}."
            + (f" Near it: {near}." if near else " All: crossrec sql 'select * from accounts'")
        )
    named = [account for account, user_id in found if user_id != key]
    if len(named) > 1:
        raise LookupError(
            "An account without its platform has to be the only one of its name; "
            f"{key!r} is {', '.join(named)}. Name one."
        )
    return found[0]


def named(kind: str) -> str:
    """A kind of identifier as people call it."""
    return NAMES.get(kind, kind.replace("_", " "))


def in_common(kinds: Iterable[str]) -> str:
    """What two accounts share: "an e-mail and a loyalty card"."""
    names = map(named, kinds)
    return " and ".join(f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in names)


def probable(account: str, other: str, weight: float, probability: float, *fields: float) -> str:
    """A link by likeness as a line: what agrees, what does not, and by how much."""
    told = [f"{name} {by:+.1f}" for name, by in zip(COMPARED, fields, strict=True) if by]
    return (
        f"  {account} and {other} are probably one: {', '.join(told)}; "
        f"match weight {weight:.1f}, probability {probability:.4f}."
    )


def chain(account: str, shared: list[Any]) -> Iterator[Link]:
    """From an account to all that it reaches over shared identifiers, by as few links as can be, each account once."""
    held: dict[str, set[tuple[str, str]]] = {}
    for key, kind, first in shared:
        held.setdefault(key, set()).add((kind, first))
    reached, waiting = [account], sorted(held.keys() - {account})
    for known in reached:
        for other in waiting:
            kinds = tuple(sorted(kind for kind, _ in held.get(known, set()) & held[other]))
            if kinds:
                yield Link(known, other, kinds)
                reached.append(other)
        waiting = [other for other in waiting if other not in reached]


def not_followed(connection: Connection, user_id: str) -> Iterator[str]:
    """What the accounts of a person share with others without being one person with them."""
    for account, kind, mark, count in connection.execute(REFUSED, [user_id]).fetchall():
        yield f"  The {named(kind)} of {account} (mark {mark}) is that of {count:,} accounts: it links nobody."
    for account, other, evidence, reason, count in connection.execute(CUT, {"user_id": user_id}).fetchall():
        why = (
            f"the {count:,} accounts linked with them were too many for one person"
            if reason == "too many accounts"
            else "accounts that people keep apart would come together"
        )
        yield f"  {account} and {other} share {in_common(evidence.split(' and '))}, but that link was cut: {why}."
    for account, other in connection.execute(APART, {"user_id": user_id}).fetchall():
        yield f"  {account} and {other} are kept apart by a decision."


def in_words(valid_from: Any, valid_to: Any, user_id: str, evidence: str | None, confidence: float | None) -> str:
    """A span of the past as a line."""
    by = f"by {evidence}, strength {confidence:.2f}" if evidence else "alone"
    return f"  from {valid_from} until before {valid_to}: {user_id}, {by}"
