"""The night in plain words: how it ended, what learning across platforms brought, and what to do where a rule broke."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows.reporting.night import Night
from flows.reporting.people import Person

METRIC = "ndcg@10"

LANDING = "Look at the platform's files under landing/: deliver what is missing or wrong, then run the night again."
CONTRACT = (
    "Compare the platform's files with its contract, change the contract, run crossrec platform sync and the night."
)
RECOMMENDER = (
    "Nothing in the logs explains this, so the lists themselves are wrong: keep the run's folder, and run the night "
    "again with --fresh."
)
MARTS = (
    "The tables contradict themselves: run the night again with --fresh; if it stays, look at the failing dbt tests."
)
LOOK = "Look at the lists of this page; raise or lower the rule's threshold if this is how it should be."
ROBOTS = (
    "Read intermediate.int_accounts_suspected: which accounts, by which rule. If they are people, raise the rule's "
    "threshold, a variable robot_… in dbt_project.yml."
)
CHANGED = "Ask who runs the platform whether its logs have changed; if so, change the contract with them."
WATCH = "Nothing has to be done tonight; if it stays so, ask who runs the platform."

ADVICE = {
    "VolumeHolds": LANDING,
    "VolumeIsUsual": WATCH,
    "DayIsNotEmpty": LANDING,
    "EventsAreFresh": WATCH,
    "EventsKeepComing": LANDING,
    "PlatformIsAlive": "Deliver the platform's files, or remove its contract if the platform is closed.",
    "EventsComeOnce": WATCH,
    "EventsComeInTime": WATCH + " Raise lateness_days of its contract if that is how it delivers.",
    "NothingComesTooLate": "The days were built anew with what came; lists that people have seen stay as they were. "
    "quality.late_days says which days: to have lists as they would have been, run those nights again.",
    "EventsAreHuman": ROBOTS,
    "AccountsAreHuman": ROBOTS,
    "ValuesKeepComing": CHANGED,
    "VisitsKeepComing": CHANGED,
    "EventMixIsUsual": WATCH,
    "EventMixHolds": CONTRACT,
    "AccountsAreUsual": WATCH,
    "AccountsHold": CONTRACT,
    "ItemsAreUsual": WATCH,
    "FieldsAreKnown": "Add the field to the contract if it is of use; it is kept in the column extra of the raw table.",
    "EventsAreNotDoubled": "Find the file that was delivered twice, remove it from landing/, take its records back "
    "with crossrec withdraw FILE, and run the night again.",
    "RecordsAreReadable": "Read raw.rejects: each broken record stands there with file, line, field and rule.",
    "FormatHolds": "Read raw.rejects for the rule that broke most often. " + CONTRACT,
    "ItemsAreListed": "Ask for the platform's newest item files and put them under landing/.",
    "ItemFilesBelong": LANDING,
    "EventWordsAreKnown": "Add the new words to event_words of the contract, then run crossrec platform sync.",
    "EventWordsHold": CONTRACT,
    "ItemsHaveTitles": "Ask for item files with titles: without them new items cannot be placed, nor lists read.",
    "EventsAreBalanced": WATCH,
    "PeopleAreBalanced": WATCH,
    "PositivesAreBalanced": WATCH,
    "ShareIsSteady": WATCH,
    "PositivesExist": "Map at least one word of the contract's event_words to a positive event type. " + CONTRACT,
    "FactsExist": MARTS,
    "UnionsAreWhole": "Run crossrec platform sync, then the night again.",
    "KeysAreUnique": MARTS,
    "InteractionsHaveAccounts": MARTS,
    "ConsentIsObeyed": MARTS,
    "PeopleAreJoined": "Check which fields the contracts name as identifiers, and that the key has not changed.",
    "IdentifiersArePersonal": "quality.identifiers_refused lists what links nobody: ask the platforms named there what "
    "people fill in where an identifier is asked for.",
    "PersonsAreSmall": "Review quality.links_cut, and crossrec identity explain ACCOUNT: which identifiers tie them? "
    "If one person may have so many accounts, raise max_accounts_per_person in dbt_project.yml.",
    "PeopleExist": LANDING,
    "EverybodyHasAList": RECOMMENDER,
    "ListsAreFull": RECOMMENDER,
    "RanksHaveNoGaps": RECOMMENDER,
    "NothingIsOfferedAgain": RECOMMENDER,
    "OfferedItemsAreKnown": RECOMMENDER,
    "OfferedItemsAreAvailable": RECOMMENDER,
    "ItemsAreOfferedOnce": RECOMMENDER,
    "ScoresExist": RECOMMENDER,
    "CatalogueIsUsed": LOOK,
    "ListsDiffer": LOOK,
    "ListsArePersonal": "Many persons are new or known by a single visit; check that their accounts are matched.",
}


def what_to_do(verdict: Mapping[str, Any]) -> str:
    """What a person does about a rule that was broken."""
    return ADVICE.get(verdict["expectation"], "Look at the table quality." + str(verdict["suite"]) + " of this night.")


def headline(night: Night) -> str:
    """How the night ended, in one sentence."""
    if night.status == "dry_run":
        return "A dry run: nothing was published."
    if night.status == "rebuilt":
        return "The night's tables were built anew: no lists were made."
    if night.status == "history_only":
        return "The night's lists are kept in history: people see those of a newer night."
    if night.status == "published":
        count = night.published.get("persons_count")
        if not count:
            return "The night was published."
        return f"{count:,} people have new lists on {_counted(night.published['platforms_count'], 'platform')}."
    if night.status == "held":
        return "The night was held: nothing was published."
    if night.status == "failed":
        return "The night failed: nothing was published."
    return "The night is under way."


def sentences(night: Night) -> list[str]:
    """What follows the headline: what stands now, how the rules were kept, what joint learning brought."""
    return [text for text in (_standing(night), _rules(night), _uplift(night), _bar(night)) if text]


def describe_person(night: Night, person: Person) -> str:
    """Where a person is known: "On News and Shop", "On News alone", "New on Shop"."""
    platforms = listed([night.title(platform) for platform in person.platforms])
    if person.pool == "new":
        return f"New on {platforms}"
    return f"On {platforms}" + " alone" * (len(person.platforms) == 1)


def gain_in_words(row: Mapping[str, Any]) -> str:
    """Whether joint learning helped on a platform, as far as the interval can tell."""
    if row["low"] is None or row["high"] is None:
        return "not judged"
    if row["low"] > 0:
        return "helps"
    return "hurts" if row["high"] < 0 else "no clear difference"


def _standing(night: Night) -> str:
    if night.status in ("published", "history_only"):
        reason = night.run["forced_reason"]
        return f"A closed gate was passed by force: {reason}" if reason else ""
    if night.status == "running":
        return "This page will be written anew when it ends."
    if night.status == "rebuilt":
        return ""
    stands = f"the lists of {night.last_published} stand" if night.last_published else "no earlier lists exist"
    reason = str(night.run["message"] or "").strip()
    if night.status == "dry_run":
        return f"Its lists lie in the warehouse, and {stands}."
    if night.status == "held":
        return f"A gate is closed, and {stands}."
    return f"In the meantime {stands}. What happened: {reason or 'the ledger does not say'}"


def _rules(night: Night) -> str:
    if not night.gates:
        return "No gate has judged."
    broken, warned = len(night.failures("critical")), len(night.failures("warning"))
    total = len(night.gates)
    if not broken and not warned:
        return f"All {total:,} checks of the gates passed."
    parts = [f"{_counted(broken, 'critical rule')} broken"] * bool(broken) + [_counted(warned, "warning")] * bool(
        warned
    )
    return f"{total - broken - warned:,} of {total:,} checks of the gates passed: {' and '.join(parts)}, told below."


def _uplift(night: Night) -> str:
    rows = [row for row in night.gains(METRIC) if row["platform"] != "macro"]
    if not rows:
        return ""
    named: dict[str, list[str]] = {}
    for row in rows:
        named.setdefault(gain_in_words(row), []).append(night.title(row["platform"]))
    words = {
        "helps": "helps on {}",
        "hurts": "hurts on {}",
        "no clear difference": "makes no clear difference on {}",
        "not judged": "could not be judged on {}",
    }
    parts = [words[kind].format(listed(named[kind])) for kind in words if kind in named]
    return f"Learning from all platforms together {listed(parts)}."


def _bar(night: Night) -> str:
    """The mean over platforms beside that of the most popular items."""
    means = {row["recommender"]: row["value"] for row in night.figures(METRIC) if row["platform"] == "macro"}
    ours = night.of_lists(METRIC)
    if ours is None or means.get("popularity") is None:
        return ""
    text = f"Over all platforms its NDCG@10 is {ours['value']:.3f}; popular items alone reach {means['popularity']:.3f}"
    return text + (f", one platform at a time {means['single']:.3f}." if means.get("single") is not None else ".")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(parts: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
