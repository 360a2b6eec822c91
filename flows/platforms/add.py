"""`crossrec platform add`: looks at what has landed, proposes a contract, asks what is open, and writes it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flows.contracts import ContractError
from flows.platforms.contract_text import contract_text
from flows.platforms.look import Look, look
from flows.platforms.platform_files import Change, addition, apply, contract_name, edited, staging_files
from flows.platforms.proposal import Proposal
from flows.platforms.proposal_view import proposal_view
from flows.platforms.propose import propose
from flows.platforms.questions import asked, questions
from flows.platforms.sampling import sample_platform
from flows.platforms.wishes import Wishes
from flows.settings import DBT_PROJECT, Settings
from flows.synchronise import synchronise
from flows.warehouse import Connection, reader

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
ROUNDS = 5


@dataclass(frozen=True)
class Talk:
    """How to speak with whoever called: `ask` is null where nobody sits at a terminal."""

    say: Callable[[str], None]
    ask: Callable[[str], str] | None = None

    def agrees(self, question: str) -> bool:
        """Whether a person says yes; nobody is asked where nobody sits."""
        return self.ask is None or self.ask(f"{question} [y/N] ").strip().lower() in ("y", "yes")


@dataclass(frozen=True)
class Order:
    """What is to be done: the platform, what has been said of it, and how far to go."""

    name: str
    wishes: Wishes = field(default_factory=Wishes)
    is_replacing: bool = False
    is_dry: bool = False


def add(settings: Settings, order: Order, talk: Talk) -> bool:
    """Bring a platform; whether it was written.

    Raises:
        ValueError: if the name is none, the contract exists, or the proposal lacks what nobody has said.
        NothingLandedError: if there is no file to look at.
    """
    check_name(order.name)
    folder = settings.contracts
    if (folder / contract_name(order.name)).exists() and not order.is_replacing and not order.is_dry:
        raise ValueError(
            f"A contract is never overwritten unasked; {folder / contract_name(order.name)} exists. "
            "Edit it, or have it replaced: --replace"
        )
    proposal = proposed(settings, order, talk)
    talk.say(proposal_view(proposal))
    if proposal.problems:
        count = len(proposal.problems)
        listed = "\n".join(proposal.problems)
        raise ValueError(f"A contract says what every record needs; {count} of it can't be told here:\n{listed}")
    change = addition(folder, order.name, contract_text(proposal))
    tell(change, order, talk)
    if order.is_dry:
        return False
    if not talk.agrees("Write these files?"):
        talk.say("Nothing was written.")
        return False
    apply(change)
    synchronise(folder)
    option = f" --contracts {folder}"
    if folder == DBT_PROJECT / "contracts":
        option = ""
        talk.say(
            "This is the sample's folder, with its five platforms. For yours take a folder of your own: --contracts DIR"
        )
    talk.say(f"Written to {folder}. Try it on all files: crossrec platform check {order.name}{option}")
    return True


def proposed(settings: Settings, order: Order, talk: Talk) -> Proposal:
    """The proposal for what has landed, after the questions that it leaves open."""
    sample = sample_platform(settings.landing, order.name)
    with reader(settings.memory_limit, settings.threads) as connection:
        return settled(connection, look(connection, sample), order.wishes, talk)


def check_name(name: str) -> None:
    """Raise ValueError unless this can be the name of a platform."""
    if not NAME.fullmatch(name):
        raise ValueError(
            "A platform's name has small letters, digits and underscores, begins with a letter and is at most 60 long; "
            f"found {name!r}. Rename its landing folder."
        )


def settled(connection: Connection, looked: Look, wishes: Wishes, talk: Talk) -> Proposal:
    """The proposal, after a person has answered what it leaves open; an answer may open another question."""
    proposal = propose(connection, looked, wishes)
    done: set[str] = set()
    for _ in range(ROUNDS if talk.ask else 0):
        open_questions = [question for question in questions(proposal) if question.key not in done]
        if not open_questions:
            break
        if not done:
            talk.say(proposal_view(proposal))
            talk.say(f"\n{len(open_questions)} questions. Enter takes what stands in brackets.")
        for question in open_questions:
            assert talk.ask is not None
            wishes = asked(question, wishes, talk.ask, talk.say)
            done.add(question.key)
        proposal = propose(connection, looked, wishes)
    return proposal


def tell(change: Change, order: Order, talk: Talk) -> None:
    """Say what is written, replaced and removed."""
    by_hand: list[str] = []
    if order.is_replacing and (change.folder / contract_name(order.name)).exists():
        by_hand = by_hand_files(change.folder, order.name)
    for name in change.written:
        was = (
            "replaces what was edited by hand" if name in by_hand else "replaced" if name in change.replaced else "new"
        )
        talk.say(f"  {was}: {name}")
    for name in change.removed:
        talk.say(f"  removed: {name}")


def by_hand_files(folder: Path, platform: str) -> list[str]:
    """The staging files that somebody has edited; all of them if their contract can't be read."""
    try:
        return edited(folder, platform)
    except ContractError:
        return staging_files(folder, platform)
