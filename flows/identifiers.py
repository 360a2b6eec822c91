"""Identifiers of people: brought to one spelling, keyed, and never stored.

Two accounts belong to one person if the same e-mail, phone, login or device stands in both. That needs equality only,
so a keyed hash of the one spelling is kept and the identifier is not. Without the key a token cannot be recomputed,
and no list of known addresses can be tried against it.
"""

import hmac
import json
import os
import re
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import phonenumbers

TOKEN_DIGITS = 32
SHORTEST_SECRET = 12
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


def normalise(kind: str, text: str, region: str | None = None) -> str | None:
    """The one spelling of an identifier of this kind; null if the text is none."""
    if kind == "email":
        return normalise_email(text)
    if kind == "phone":
        return normalise_phone(text, region)
    return plain(text) or None


class Keyring:
    """Replaces identifiers by tokens such as `email:5f0c…`: equal for equal identifiers, of no use without the key."""

    def __init__(self, secret: str) -> None:
        self.secret = secret.encode()
        # one identifier comes again and again: in every delivery of the accounts, in every extra
        self.token = lru_cache(maxsize=200_000)(self._token)
        self.account_token = lru_cache(maxsize=200_000)(self._account_token)

    def _key(self, kind: str, spelling: str) -> str:
        digest = hmac.digest(self.secret, f"crossrec\x00{kind}\x00{spelling}".encode(), "sha256").hex()
        return f"{kind}:{digest[:TOKEN_DIGITS]}"

    def _token(self, kind: str, text: str, region: str | None = None) -> str | None:
        """The token of an identifier; null if the text is none of this kind."""
        spelling = normalise(kind, text, region)
        return None if spelling is None else self._key(kind, spelling)

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


def read_secret(home: Path) -> str:
    """The secret of this home: from the environment as CROSSREC_KEY, else from its key file, made when missing.

    Raises:
        ValueError: if it is too short to keep a secret.
    """
    secret = os.environ.get("CROSSREC_KEY")
    source = "CROSSREC_KEY"
    if secret is None:
        path = home / "key"
        if not path.exists():
            create_key_file(path)
        secret, source = path.read_text(encoding="utf-8").strip(), str(path)
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(
            f"The key of the identifiers has {SHORTEST_SECRET} characters or more, {source} has {len(secret)}. "
            "Set the key that made the tokens of this home; a new one fits a new home only."
        )
    return secret


def create_key_file(path: Path) -> None:
    """Write a new random key that only this user may read; a key that is there already stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # a link, unlike a rename, never takes the place of a key that another process wrote meanwhile
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
