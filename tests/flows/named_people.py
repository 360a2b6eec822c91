"""People with names, birthdays and homes, and what several platforms know of them: with slips, gaps and moves."""

from dataclasses import dataclass

import numpy as np

SYLLABLES = [consonant + vowel for consonant in "bdfghjklmnprstvw" for vowel in "aeio"]
ENDS = ["n", "s", "r", "l", "rt", "nd", "m", "ck", "ng", "st", ""]
PLATFORMS = ("shop", "news", "video", "music")


@dataclass(frozen=True)
class NamedAccount:
    """What one platform knows of somebody; null where it knows nothing. `person` is the truth, that no platform has."""

    person: int
    platform: str
    account_id: str
    given_name: str | None
    family_name: str | None
    birth_date: str | None
    postal_code: str | None
    email: str | None


def made_up_names(count: int, syllables: int, chance: np.random.Generator) -> list[str]:
    """So many different names."""
    names: dict[str, None] = {}
    while len(names) < count:
        parts = chance.choice(SYLLABLES, size=syllables)
        names["".join(parts) + str(chance.choice(ENDS))] = None
    return list(names)


def often_and_seldom(count: int, size: int, chance: np.random.Generator) -> np.ndarray:
    """Places in a list of so many, the first ones far more often."""
    weights = 1 / (np.arange(count) + 5)
    return chance.choice(count, size=size, p=weights / weights.sum())


def slipped(text: str, chance: np.random.Generator) -> str:
    """The text with a letter lost, doubled, changed, or two in each other's place."""
    place = int(chance.integers(1, len(text)))
    kind = chance.integers(4)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place - 1] + text[place:]
    if kind == 2:
        return text[:place] + str(chance.choice(list("aeiounrst"))) + text[place + 1 :]
    return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]


def named_accounts(people: int, seed: int) -> list[NamedAccount]:
    """The accounts of so many people, on two platforms each in the mean; a tenth live with a relative of their name."""
    chance = np.random.default_rng(seed)
    given_names = made_up_names(300, 2, chance)
    family_names = made_up_names(max(people // 10, 200), 3, chance)
    given = often_and_seldom(len(given_names), people, chance)
    family = often_and_seldom(len(family_names), people, chance)
    births = np.datetime64("1950-01-01") + chance.integers(0, 365 * 58, people)
    homes = often_and_seldom(max(people // 50, 50), people, chance)
    for person in np.flatnonzero(chance.random(people) < 0.1):
        family[person], homes[person] = family[person - 1], homes[person - 1]
        births[person] = births[person - 1] if chance.random() < 0.05 else births[person]
    accounts = []
    for person in range(people):
        for number, platform in enumerate(PLATFORMS):
            if chance.random() > 0.5:
                continue
            rolls = chance.random(8)
            first, last = given_names[given[person]].title(), family_names[family[person]].title()
            year, month, day = str(births[person]).split("-")
            birth = f"{year}-{day}-{month}" if rolls[2] < 0.02 and int(day) <= 12 else f"{year}-{month}-{day}"
            home = homes[person] if rolls[3] > 0.12 else chance.integers(max(people // 50, 50))
            accounts.append(
                NamedAccount(
                    person,
                    platform,
                    f"{platform[0]}{person * 7919 % 10**7 + number}",
                    slipped(first, chance) if rolls[0] < 0.05 else first,
                    slipped(last, chance) if rolls[1] < 0.06 else last,
                    None if rolls[4] < 0.25 else birth,
                    None if rolls[5] < 0.2 else f"{10000 + 37 * int(home)}",
                    # a third of all people give the same address everywhere, others another one or none
                    f"person{person}@mail.example" if person % 3 == 0 else f"{platform}{person}@mail.example",
                )
            )
    return accounts
