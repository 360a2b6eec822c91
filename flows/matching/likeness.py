"""Accounts of two platforms that are probably one person: what they tell of names, birth and home, weighed by Splink.

Splink fits the model of Fellegi and Sunter (A Theory for Record Linkage, 1969) to the accounts themselves: how often a
field agrees in two accounts at random, and by expectation maximisation how often in two of one person. All samples are
drawn by hashes of the accounts' keys, so the same accounts give the same pairs.
"""

import logging
from itertools import combinations
from typing import Any

import pyarrow

from flows.warehouse import Connection, MissingExtraError, reader

KINDS = (
    "given_name", "given_name_sound", "family_name", "family_name_sound",
    "birth_date", "birth_digits", "birth_year", "postal_code",
)  # fmt: skip

LEVELS = {
    "given_name": ("given_name", "given_name_sound"),
    "family_name": ("family_name", "family_name_sound"),
    "birth": ("birth_date", "birth_digits", "birth_year"),
    "postal_code": ("postal_code",),
}
"""What is compared, by the forms that may agree, the whole one first. The last form stands if any is told."""

BLOCKS = (
    *combinations(("given_name", "family_name", "birth_date", "postal_code"), 2),
    ("given_name_sound", "family_name_sound", "birth_year"),
)
"""Only accounts that agree in all forms of one of these are compared."""

LARGEST_BLOCK = 50
"""A block of more accounts makes no pairs; it bounds what an account can cost."""

TELLING = tuple(combinations(("given_name", "family_name", "birth_date", "postal_code"), 3))
RECALL = 0.5
"""The share of all pairs of one person that agree in some three fields: a guess, from which the prior is made."""

FEWEST = 20
"""Fewer pairs that agree so are too few to learn from; then nothing is matched by likeness."""

MOST_PAIRS = 1_000_000
"""Pairs from which each part of the model is fitted."""

COLUMNS = {
    "first_key": "varchar", "second_key": "varchar", **{f"{name}_weight": "double" for name in LEVELS},
    "weight": "double", "probability": "double",
}  # fmt: skip

ACCOUNTS = f"""
    with tokens as (
        select account_key, platform, unnest(string_split(further_tokens, ' ')) as token
        from intermediate.int_accounts_newest
    )
    select
        account_key as unique_id,
        platform,
        {", ".join(f"max(hash(token)) filter (token like 'trait.{kind}:%') as {kind}" for kind in KINDS)}
    from tokens
    where token like 'trait.%'
    group by account_key, platform
"""
"""What accounts tell, as numbers that are equal where the tokens are."""


def linker_of(connection: Connection, prior: float) -> Any:
    """Splink over the table `accounts`.

    Raises:
        MissingExtraError: if Splink is not installed.
    """
    try:
        from splink import DuckDBAPI, Linker, SettingsCreator
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "Accounts are matched by likeness (CROSSREC_PROBABLE_PERSONS) with Splink, which is not installed. "
            "Install it: pip install 'crossrec[splink]'"
        ) from error
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[comparison(name, forms) for name, forms in LEVELS.items()],
        blocking_rules_to_generate_predictions=[across(f"block_{place}") for place in range(len(BLOCKS))],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    return Linker(DuckDBAPI(connection).register("accounts"), settings, log_level=logging.ERROR)


def comparison(name: str, forms: tuple[str, ...]) -> dict[str, Any]:
    """A field with a level for each form that may agree; of whole names and codes the frequent ones say less."""
    told = forms[-1]
    missing = f"{told}_l is null or {told}_r is null"
    levels: list[dict[str, Any]] = [{"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}]
    levels += [{"sql_condition": f"{form}_l = {form}_r", "label_for_charts": form} for form in forms]
    if name != "birth":
        levels[1] |= {"tf_adjustment_column": forms[0], "tf_adjustment_weight": 1.0}
    levels.append({"sql_condition": "ELSE", "label_for_charts": "other"})
    return {"output_column_name": name, "comparison_levels": levels}


def across(*columns: str) -> str:
    """The SQL of two accounts of two platforms that agree in all of these columns."""
    return " and ".join([*(f"l.{column} = r.{column}" for column in columns), "l.platform <> r.platform"])


def write_accounts(connection: Connection, accounts: pyarrow.Table) -> None:
    """Write the table `accounts`, with the blocks of each account that are small enough."""
    blocks = [
        f"""case
            when {" and ".join(f"{form} is not null" for form in forms)}
                and count(*) over (partition by {", ".join(forms)}) <= {LARGEST_BLOCK}
                then hash({", ".join(forms)})
        end as block_{place}"""
        for place, forms in enumerate(BLOCKS)
    ]
    connection.register("told", accounts)
    connection.execute(f"create table accounts as select *, {', '.join(blocks)} from told order by unique_id")
    connection.unregister("told")


def prior_of(connection: Connection) -> float | None:
    """The probability that two accounts at random are one person; null if too few pairs agree to learn from."""
    rules = " or ".join(f"({across(*forms)})" for forms in TELLING)
    blocked = " union ".join(
        f"select l.unique_id as one, r.unique_id as other from accounts as l"
        f" inner join accounts as r on l.block_{place} = r.block_{place} and l.unique_id < r.unique_id where {rules}"
        for place in range(len(BLOCKS) - 1)
    )
    row = connection.execute(f"select count(*), (select count(*) from accounts) from ({blocked})").fetchone()
    pairs, count = row or (0, 0)
    return min(pairs / RECALL / (count * (count - 1) / 2), 0.5) if pairs >= FEWEST else None


def fit(linker: Any, connection: Connection) -> None:
    """Learn how much each agreement says: from pairs of one name what birth and home say, from those what names say."""
    linker.training.estimate_u_using_random_sampling(max_pairs=MOST_PAIRS, seed=1)
    told = connection.execute("select count(birth_date) > 0 from accounts").fetchone()
    # of those who live at one place many have one name without being one person
    others = "birth_date" if told and told[0] else "postal_code"
    for forms in (("given_name", "family_name"), (others,)):
        linker.training.estimate_parameters_using_expectation_maximisation(across(*forms), max_pairs=MOST_PAIRS)


def probable_pairs(accounts: pyarrow.Table, memory_limit: str, threads: int) -> pyarrow.Table:
    """Pairs of accounts of two platforms that are more likely one person than not, with their match weights.

    Args:
        accounts: a row an account: `unique_id`, `platform`, and a number for each of `KINDS`, null if it is not told.
        memory_limit: what DuckDB may use.
        threads: of DuckDB.

    Returns:
        A row a pair in the columns of `COLUMNS`; weights in log2 odds, each field's with the frequency of its value.

    Raises:
        MissingExtraError: if Splink is not installed.
    """
    with reader(memory_limit, threads) as connection:
        write_accounts(connection, accounts)
        prior = prior_of(connection)
        linker = linker_of(connection, prior or 0.5)
        if prior is None:
            return pyarrow.table({name: [] for name in COLUMNS})
        fit(linker, connection)
        predicted = linker.inference.predict(threshold_match_weight=0)
        weights = ", ".join(f"round({weight_sql(name)}, 2) as {name}_weight" for name in LEVELS)
        return connection.execute(f"""
            select
                unique_id_l as first_key, unique_id_r as second_key, {weights},
                round(match_weight, 2) as weight, round(match_probability, 6) as probability
            from {predicted.physical_name}
            order by first_key, second_key
        """).to_arrow_table()


def weight_sql(name: str) -> str:
    """What a field adds to the match weight."""
    return f"mw_{name}" if name == "birth" else f"mw_{name} + mw_tf_adj_{name}"
