"""`python -m tests.benchmarks.persons_child HOME ACCOUNTS`: match persons, and tell what it took."""

import json
import resource
import sys
from collections import Counter
from pathlib import Path

from flows.settings import Settings
from flows.transform import transform
from flows.warehouse import connect
from tests.benchmarks.ingest_child import peak_bytes
from tests.dbt.built_home import build_persons, empty_home

ACCOUNTS_PER_PERSON = 2.4
"""As the simulator draws it: each has an account on one platform, three in five on others of the five, too."""

PEOPLE = """
    create temp table people as
    select
        range as person,
        hash(range) / 18446744073709551615 as home,
        hash(range, 'overlap') / 18446744073709551615 < .6 as has_several,
        md5(concat('e', range)) as email,
        -- one in fifty uses the phone of the next one
        md5(concat('p', range + if(hash(range, 'phone') % 50 = 0, 1, 0))) as phone,
        md5(concat('d', range)) as device
    from range(?)
"""
MEMBERS = """
    select
        *,
        -- as people spell and leave out: 92 in 100 tell an e-mail, 46 a phone, 30 a device
        hash(person, '{platform}', 'told') % 100 as told,
        hash(person, '{platform}', 'phone') % 100 as phone_told,
        hash(person, '{platform}', 'device') % 100 as device_told
    from people
    where home >= {low} and home < {high} or has_several and hash(person, '{platform}') % 100 < {share}
"""
COLUMNS = """
    '{letter}' || person as {account},
    if(told < 92, 'email:' || email, null) as {email},
    {phone}
    {device}
    timestamp '2026-01-01' + interval (person % 1000) minute as {since}, 'f' as file_id, person as line,
    timestamp '2026-03-01' as loaded_at
"""
PHONE = "if(told < 92 and phone_told < 50, 'phone:' || phone, null) as {name},"
DEVICE = "case when device_told < 30 then 'device:' || if(device_told = 0, 'tablet', device) end as {name},"
NAMES = {
    "shop": ("customer", "email", "phone", None, "registered_at", 0.0, 0.3, 75),
    "news": ("reader", "email", "mobile", None, "joined_ts", 0.3, 0.5, 60),
    "video": ("viewer_id", "email_address", "phone_number", "device_id", "member_since", 0.5, 0.7, 60),
    "music": ("listener", "email", "phone", "device", "created_at", 0.7, 0.9, 65),
    "games": ("player", "mail", None, "device", "since", 0.9, 1.0, 40),
}
"""Of each platform its fields for account, e-mail, phone, device and time, and whose it is."""


def land_accounts(settings: Settings, accounts: int) -> None:
    """Fill the raw tables as ingest would, with tokens."""
    with connect(settings.warehouse) as connection:
        connection.execute(PEOPLE, [round(accounts / ACCOUNTS_PER_PERSON)])
        for platform, (account, email, phone, device, since, low, high, share) in NAMES.items():
            columns = COLUMNS.format(
                letter="" if platform == "video" else platform[0], account=account, email=email, since=since,
                phone=PHONE.format(name=phone) if phone else "", device=DEVICE.format(name=device) if device else "",
            )  # fmt: skip
            members = MEMBERS.format(platform=platform, low=low, high=high, share=share)
            connection.execute(f"insert into raw.{platform}_accounts by name select {columns} from ({members})")


def main() -> None:
    """Do it, and print seconds, the dearest nodes and the peak."""
    settings = empty_home(Path(sys.argv[1]))
    land_accounts(settings, int(sys.argv[2]))
    transform(settings, "staging", {"logical_date": "2026-03-02"})
    build_persons(settings, 2)
    results = json.loads((settings.home / "dbt" / "target" / "run_results.json").read_text())["results"]
    nodes: Counter[str] = Counter()
    for node in results:
        nodes[node["unique_id"].split(".", 2)[-1]] += node["execution_time"]
    with connect(settings.warehouse) as connection:
        found = connection.execute("select count(*), count(distinct user_id) from marts.dim_accounts").fetchone()
    told = {"accounts": found[0], "persons": found[1], "seconds": nodes.total(), "peak_bytes": peak_bytes()}
    told["processor_seconds"] = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    print(json.dumps({**told, "nodes": nodes.most_common(12)}))


if __name__ == "__main__":
    main()
