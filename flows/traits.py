"""What accounts tell of a person besides identifiers: names, birth and home, brought to the forms that are compared.

Nothing of it is stored. A token allows one question only, whether two forms are equal, so what may nearly agree has a
coarser form beside its whole one: of a name how it sounds, of a date its digits in any order and its year.
"""

import re
import unicodedata
from datetime import date, datetime

VOWELS = "aeiouyhj"
ONE_SOUND = str.maketrans("wczqxdb", "vkskktp")
ISO_DATE = re.compile(r"(?P<year>\d{4})[-/]?(?P<month>\d\d)[-/]?(?P<day>\d\d)(?!\d)")
GERMAN_DATE = re.compile(r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})")
YEARS = range(1900, 2101)


def letters(text: str) -> str:
    """The letters of a text, without case and accents."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in parts if character.isalpha())


def sound(name: str) -> str:
    """The first letter and the consonants, in no order and each once: most slips of the keys and spellings leave it."""
    letters_said = name.translate(ONE_SOUND)
    return letters_said[0] + "".join(sorted(set(letters_said[1:]) - set(VOWELS) - {letters_said[0]}))


def name_forms(word: str, name: str) -> dict[str, str]:
    """A name, and how it sounds."""
    return {word: name, f"{word}_sound": sound(name)} if name else {}


def date_of(text: str, unit: str) -> date | None:
    """A day of birth, as ISO 8601 has it, as 31.12.1999, or in the form that `unit` says."""
    try:
        if "%" in unit:
            found = datetime.strptime(text.strip(), unit).date()
        elif told := ISO_DATE.match(text.strip()) or GERMAN_DATE.fullmatch(text.strip()):
            found = date(int(told["year"]), int(told["month"]), int(told["day"]))
        else:
            return None
    except ValueError:
        return None
    return found if found.year in YEARS else None


def date_forms(text: str, unit: str) -> dict[str, str]:
    """A day of birth, its year, and its year with the other digits in any order: day and month change places."""
    born = date_of(text, unit)
    if born is None:
        return {}
    year, day = f"{born:%Y}", f"{born:%m%d}"
    return {"birth_date": year + day, "birth_digits": year + "".join(sorted(day)), "birth_year": year}


def year_forms(text: str) -> dict[str, str]:
    """A year of birth."""
    year = text.strip()
    return {"birth_year": year} if year.isdecimal() and int(year) in YEARS else {}


def postal_forms(text: str) -> dict[str, str]:
    """A postal code, without blanks and case."""
    code = "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())
    return {"postal_code": code} if code else {}


def forms_of(means: str, text: str, unit: str = "iso") -> dict[str, str]:
    """The forms of a trait that are compared, by kind; none if the text is no such thing."""
    if means == "given_name":
        return name_forms(means, letters(re.split(r"[\s-]", text.strip())[0]))
    if means == "family_name":
        return name_forms(means, letters(text))
    if means == "birth_date":
        return date_forms(text, unit)
    return year_forms(text) if means == "birth_year" else postal_forms(text)
