"""Times: units, zones, both changes of the clock, and what is no time at all."""

import json

from tests.flows.bad_files.case import EVENTS, Case, timed


def case(
    name: str,
    times: list,
    found: list[str],
    wrong: tuple[int, ...] = (),
    zone: str = "UTC",
    own: dict | None = None,
    unit: str = "iso",
) -> Case:
    """A case with a record for each time, those `wrong` in a line of their own rejected."""
    content = "".join(json.dumps({"sku": "a", "since": at}) + "\n" for at in times).encode()
    rejects = [(line, "since", "has to be a time") for line in wrong]
    return Case(
        name,
        content,
        [("a", None, at, None) for at in found],
        rejects,
        fields=timed(unit=unit, **(own or {})),
        time_zone=zone,
    )


def event(at: str) -> bytes:
    """A line of an event log."""
    return json.dumps({"who": "anna", "sku": "a", "verb": "buy", "at": at}).encode() + b"\n"


NOON = "2026-01-01 12:00:00"
BERLIN = "Europe/Berlin"
CASES = [
    case("time_seconds", [1767268800, "1767268800", 1767268800.5], [NOON, NOON, f"{NOON}.5"], unit="s"),
    case("time_milliseconds", [1767268800000], [NOON], unit="ms"),
    case("time_microseconds", [1767268800000000], [NOON], unit="us"),
    case("time_seconds_beyond", [10**18, NOON], [], (1, 2), unit="s"),
    case(
        "time_iso",
        ["2026-01-01T12:00:00Z", "2026-01-01 13:00:00+01:00", "2026-01-01T12:00Z", "2026-01-01T07:00:00-0500"],
        [NOON] * 4,
    ),
    case("time_iso_local", ["2026-01-01T13:00:00", "2026-07-01 14:00"], [NOON, "2026-07-01 12:00:00"], zone=BERLIN),
    case("time_iso_zone_wins", ["2026-01-01T12:00:00Z"], [NOON], zone=BERLIN),
    case("time_own_zone", ["2026-01-01T21:00:00"], [NOON], own={"zone": "Asia/Tokyo"}),
    case(
        "time_spring_gap",
        ["2026-03-29T01:59:59", "2026-03-29T02:30:00", "2026-03-29T03:00:00"],
        ["2026-03-29 00:59:59", "2026-03-29 01:30:00", "2026-03-29 01:00:00"],
        zone=BERLIN,
    ),
    case(
        "time_autumn_overlap",
        ["2026-10-25T01:59:59", "2026-10-25T02:30:00", "2026-10-25T03:00:00"],
        ["2026-10-24 23:59:59", "2026-10-25 01:30:00", "2026-10-25 02:00:00"],
        zone=BERLIN,
    ),
    case(
        "time_autumn_told",
        ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"],
        ["2026-10-25 00:30:00", "2026-10-25 01:30:00"],
        zone=BERLIN,
    ),
    case("time_format_gap", ["29.03.2026 02:30"], ["2026-03-29 01:30:00"], zone=BERLIN, unit="%d.%m.%Y %H:%M"),
    case("time_format", ["31.01.2026", "2026-01-31", "31.02.2026"], ["2026-01-31 00:00:00"], (2, 3), unit="%d.%m.%Y"),
    case("time_format_zone", ["01/Jan/2026:13:00:00 +0100"], [NOON], unit="%d/%b/%Y:%H:%M:%S %z"),
    case("time_no_time", ["soon", "2026-13-01", "24:00", "infinity", NOON], [NOON], (1, 2, 3, 4)),
    case("time_missing", [None, "", "  "], [None, None, None]),
    Case(
        "time_future",
        event("2999-01-01") + event(NOON),
        [("anna", "a", "buy", NOON, None)],
        [(1, "at", "lies further in the future")],
        fields=EVENTS,
        kind="events",
    ),
    case("time_future_of_an_item", ["2999-01-01"], ["2999-01-01 00:00:00"]),
]
