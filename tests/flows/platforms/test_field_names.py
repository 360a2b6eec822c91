"""Fields get names that a contract and SQL take, whatever a platform calls them."""

from hypothesis import given
from hypothesis import strategies as st

from flows.contract_field import ContractField
from flows.platforms.field_names import RESERVED, contract_names, words_of
from flows.warehouse import reader

PATHS = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=80),
        st.sampled_from(
            ["select", "Order", "a.b", "a_b", "A b", "with space", 'quo"te', "Größe", "用户", "1st", "extra", "line"]
        ),
    ),
    unique=True,
    max_size=12,
)


@given(PATHS)
def test_every_field_gets_a_name_of_its_own(paths: list[str]) -> None:
    """Each path gets a name, none twice in any capitals, each one valid in a contract and plain in SQL."""
    names = contract_names(paths)
    assert list(names) == paths
    assert len({name.lower() for name in names.values()}) == len(paths)
    for name in names.values():
        assert ContractField(name=name, type="text").name == name  # type: ignore[call-arg]
        assert name not in RESERVED


def test_reserved_words_are_those_of_the_database() -> None:
    """No word that DuckDB takes for its own can become the name of a column."""
    with reader() as connection:
        query = "select keyword_name from duckdb_keywords() where keyword_category in ('reserved', 'type_function')"
        words = {word for (word,) in connection.execute(query).fetchall()}
    assert words <= RESERVED


def test_names_are_split_in_words() -> None:
    """Capitals, signs and digits part words, in several scripts."""
    assert words_of("orderID") == ["order", "id"]
    assert words_of("HTTPStatus-code2") == ["http", "status", "code", "2"]
    assert words_of("用户ID") == ["用户", "id"]
