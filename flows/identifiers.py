"""Identifiers of people: brought to one spelling, keyed, and never stored.

Two accounts belong to one person if the same e-mail, phone, login or device stands in both, or what else a contract
names, such as a loyalty card. That needs equality only, so a keyed hash of the one spelling is kept and the identifier
is not. Without the keys a token cannot be recomputed, and no list of known addresses can be tried against it.
"""

import hmac
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import phonenumbers

from flows.traits import forms_of

TOKEN_DIGITS = 32
LONGEST_NUMBER = 4_000
"""Digits of a number that Python takes for one."""

AT = r"(?:@|\uff20|\ufe6b|\\u0040|%40)"
EMAIL = re.compile(rf"\w[\w.!#$&'*+/^~-]{{0,255}}{AT}[\w.-]{{1,256}}")
DATE = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?|\d\d\.\d\d\.\d{4}"
# a bare number of ten digits is a phone number without its 0, or seconds since 1970; so are 13 and 16 with fractions
SECONDS = re.compile(r"1\d{9}(\d{3}){0,2}")
# letters before digits make it an id, except where they end an escape such as \n
PHONE = re.compile(
    rf"(?<!\d)(?<!(?<!\\)[A-Za-z])(?:({DATE})|(\+?\(?\d[\d ()/.\u2010-\u2015-]{{5,30}}\d))(?![\dA-Za-z])"
)


MAILBOXES = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), ("gmail.com", ".")),
    **dict.fromkeys(("proton.me", "protonmail.com", "pm.me"), ("proton.me", "._-")),
    **{domain: (domain, "") for domain in ("outlook.com", "hotmail.com", "live.com", "icloud.com", "fastmail.com")},
}
"""Of providers that deliver name+tag to name: the domain that is the same to them, and what they ignore in a name."""


def plain(text: str) -> str:
    """The text in compatibility form, without invisible characters, case and outer spaces."""
    compatible = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(character for character in compatible if unicodedata.category(character) not in ("Cf", "Cc"))
    return visible.strip()


def normalise_email(text: str) -> str | None:
    """The one spelling of an e-mail address; null if it is none."""
    address = plain(text).removeprefix("mailto:").strip("<> ").rstrip(".")
    name, _, domain = address.partition("@")
    if not name or not domain or "@" in domain or re.search(r"\s", address):
        return None
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return f"{name}@{domain}" if domain not in MAILBOXES else mailbox(name, domain)


def mailbox(name: str, domain: str) -> str:
    """The address of the mailbox to which the provider of this domain delivers what is sent to the name."""
    known_as, ignored = MAILBOXES[domain]
    bare = name.partition("+")[0].translate(dict.fromkeys(map(ord, ignored)))
    return f"{bare or name}@{known_as}"


def normalise_phone(text: str, region: str | None) -> str | None:
    """The number with its country's code, as +4915112345678; null if no such number can exist."""
    written = unicodedata.normalize("NFKC", text)
    spellings = [written]
    if region and written.strip().startswith(str(phonenumbers.country_code_for_region(region))):
        # 49151… is +49151… without its plus rather than a long number of the town with the area code 491
        spellings.insert(0, f"+{written.strip()}")
    for spelling in spellings:
        try:
            number = phonenumbers.parse(spelling, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def visible(text: str, is_wanted: Callable[[str], bool]) -> str:
    """The characters of the text's plain form that are wanted."""
    return "".join(filter(is_wanted, plain(text)))


NORMALISERS: Mapping[str, Callable[[str], str]] = {
    "exact": lambda text: unicodedata.normalize("NFC", text).strip(),
    "casefold": plain,
    "alphanumeric": lambda text: visible(text, str.isalnum),
    "digits": lambda text: visible(text, str.isdecimal),
}
"""How identifiers of kinds that a contract names are brought to one spelling."""


def normalise(kind: str, text: str, region: str | None = None, normaliser: str | None = None) -> str | None:
    """The one spelling of an identifier of this kind; null if the text is none."""
    if normaliser:
        return NORMALISERS[normaliser](text) or None
    if kind == "email":
        return normalise_email(text)
    if kind == "phone":
        return normalise_phone(text, region)
    return plain(text) or None


# the kinds that contracts name have a dot before them, as no platform has: an account is platform:account_id
KEYED_KINDS = r"email|phone|login|device|account|(?:own|trait)\.[a-z][a-z0-9_]*"
TOKEN = re.compile(rf"\b({KEYED_KINDS}):([0-9a-f]{{{TOKEN_DIGITS}}})\b")


class WrongKeysError(ValueError):
    """The keys at hand are not those that made the tokens of this home."""


def _digest(secret: bytes, kind: str, content: str) -> str:
    return hmac.digest(secret, f"crossrec\x00{kind}\x00{content}".encode(), "sha256").hex()[:TOKEN_DIGITS]


class Keyring:
    """Replaces identifiers by tokens such as `email:5f0c…`: equal for equal identifiers, of no use without the keys.

    The oldest key makes a token of the identifier, each later one a token of the token before. So tokens are given
    another key without their identifiers, and whoever has the older keys can do nothing without the newest.
    """

    def __init__(self, *secrets: str) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self.key_ids = [hmac.digest(secret, b"crossrec\x00key id", "sha256").hex()[:8] for secret in self._secrets]
        """By what each key is told from others without being known, the oldest first."""
        # one identifier comes again and again: in every delivery of the accounts, in every extra
        self.token = lru_cache(maxsize=200_000)(self._token)
        self.account_token = lru_cache(maxsize=200_000)(self._account_token)
        self.trait_tokens = lru_cache(maxsize=200_000)(self._trait_tokens)

    def _key(self, kind: str, spelling: str) -> str:
        return self._with_keys(kind, spelling, self._secrets)

    def _with_keys(self, kind: str, content: str, secrets: list[bytes]) -> str:
        for secret in secrets:
            content = _digest(secret, kind, content)
        return f"{kind}:{content}"

    def completed(self, text: str, keys_count: int) -> str:
        """The text with each token in it, which has so many of the oldest keys, keyed by those that it lacks."""
        later = self._secrets[keys_count:]
        return TOKEN.sub(lambda found: self._with_keys(found[1], found[2], later), text)

    def _token(self, kind: str, text: str, region: str | None = None, normaliser: str | None = None) -> str | None:
        """The token of an identifier; null if the text is none of this kind. A kind of contracts has a normaliser."""
        spelling = normalise(kind, text, region, normaliser)
        return None if spelling is None else self._key(f"own.{kind}" if normaliser else kind, spelling)

    def _trait_tokens(self, means: str, text: str, unit: str = "iso") -> str | None:
        """The tokens of all forms of a trait that are compared, with blanks between them; null if the text is none."""
        forms = forms_of(means, text, unit)
        return " ".join(self._key(f"trait.{kind}", form) for kind, form in forms.items()) or None

    def _account_token(self, platform: str, account_id: str) -> str:
        """The token of a platform's account, by which the suppression list knows it."""
        return self._key("account", f"{platform}:{account_id}")

    def scrub(self, text: str, region: str | None = None) -> str:
        """The text with a token in the place of everything that looks like an e-mail address or a phone number."""

        def text_before(found: re.Match[str]) -> str:
            return found.string[max(found.start() - 1, 0) : found.start()] or " "

        def email(found: re.Match[str]) -> str:
            address = re.sub(AT, "@", found[0])
            return self.token("email", address) or self._key("email", plain(address))

        def phone(found: re.Match[str]) -> str:
            number = found[2]
            if number is None or (SECONDS.fullmatch(number) and text_before(found) not in "'\""):
                return found[0]
            token = self.token("phone", number, region)
            digits = re.sub(r"\D", "", number)
            if token is None and number.lstrip("(").startswith(("+", "0")) and 9 <= len(digits) <= 16:
                token = self._key("phone", digits)
            return token or number

        # without this look the search for an address in a long line takes many times longer
        without_emails = EMAIL.sub(email, text) if re.search(AT, text) else text
        return PHONE.sub(phone, without_emails)

    def scrub_json(self, text: str, region: str | None = None) -> str | None:
        """A JSON object, scrubbed in all its keys and values, without nulls and empty objects; null if none is left."""

        def scrubbed(value: Any) -> Any:
            if isinstance(value, dict):
                inner = {self.scrub(key, region): scrubbed(entry) for key, entry in value.items()}
                return {key: entry for key, entry in inner.items() if entry not in (None, {})}
            if isinstance(value, list):
                return [scrubbed(entry) for entry in value]
            if isinstance(value, str):
                return self.scrub(value, region)
            if isinstance(value, int | float) and not isinstance(value, bool):
                written = str(value)
                clean = self.scrub(written, region)
                return value if clean == written else clean
            return value

        clean = scrubbed(
            json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < LONGEST_NUMBER else digits)
        )
        # JSON can hold halves of characters, which no table takes
        return json.dumps(clean, ensure_ascii=False).encode(errors="replace").decode() if clean else None
