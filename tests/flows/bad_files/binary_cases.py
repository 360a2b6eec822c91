"""Parquet and Avro: whole or not, with the contract's columns or without."""

import io
import json

import pyarrow
import pyarrow.parquet

from tests.flows.avro_writing import avro_file
from tests.flows.bad_files.case import Case

RECORDS = [{"sku": "a", "price": "1.5"}, {"sku": "b"}]
ROW_A, ROW_B = ("a", "1.5", None, None), ("b", None, None, None)
FIELDS = {"sku": "string", "price": "string"}
MILLISECONDS = {"type": "long", "logicalType": "timestamp-millis"}
NO_PARQUET, NO_AVRO = "a file is Parquet from its first byte", "a file is Avro from its first byte"
AVRO, PARQUET = {"format": "avro"}, {"format": "parquet"}


def parquet(records: list) -> bytes:
    """A file of Parquet."""
    out = io.BytesIO()
    table = pyarrow.Table.from_pylist(records) if records else pyarrow.Table.from_pylist(RECORDS).slice(0, 0)
    pyarrow.parquet.write_table(table, out)
    return out.getvalue()


def case(name: str, content: bytes, rows: list, rejects: list | None = None) -> Case:
    """A case of the format that its name begins with."""
    options = AVRO if name.startswith("avro") else PARQUET
    return Case(name, content, rows, rejects or [], f".{options['format']}", options)


WHOLE, AVRO_WHOLE = parquet(RECORDS), avro_file(RECORDS, FIELDS)
NUMBERED = [{"sku": f"s{number:03d}"} for number in range(120)]

CASES = [
    case("parquet_whole", WHOLE, [ROW_A, ROW_B]),
    case("parquet_cut", WHOLE[:-20], [], [(None, None, NO_PARQUET)]),
    case("parquet_middle_gone", WHOLE[:40] + WHOLE[60:], [], [(None, None, NO_PARQUET)]),
    case("parquet_nothing", b"", [], [(None, None, NO_PARQUET)]),
    case("parquet_is_csv", b"sku,price\na,1\n", [], [(None, None, NO_PARQUET)]),
    case("parquet_no_rows", parquet(RECORDS[:0]), []),
    case(
        "parquet_column_gone",
        parquet([{"id": 1, "price": 2}] * 3),
        [],
        [(None, None, "a file has the required column sku; it has id, price")],
    ),
    case(
        "parquet_value_gone", parquet([{"sku": None}, {"sku": "b"}]), [ROW_B], [(1, "sku", "is required and missing")]
    ),
    case("parquet_type_changed", parquet([{"sku": 7, "price": "1.5"}]), [("7", "1.5", None, None)]),
    case(
        "parquet_new_column", parquet([{"sku": "b", "deep": {"er": [1]}}]), [("b", None, None, '{"deep": {"er": [1]}}')]
    ),
    case("avro_whole", AVRO_WHOLE, [ROW_A, ROW_B]),
    case("avro_deflate", avro_file(RECORDS, FIELDS, codec="deflate"), [ROW_A, ROW_B]),
    case(
        "avro_many_blocks", avro_file(NUMBERED, {"sku": "string"}), [(one["sku"], None, None, None) for one in NUMBERED]
    ),
    case("avro_no_records", avro_file([], FIELDS), []),
    case(
        "avro_times",
        avro_file([{"sku": "a", "since": 1_767_268_800_000}], {"sku": "string", "since": MILLISECONDS}),
        [("a", None, "2026-01-01 12:00:00", None)],
    ),
    case("avro_cut", AVRO_WHOLE[:-20], [], [(None, None, NO_AVRO)]),
    case("avro_last_byte_gone", AVRO_WHOLE[:-1], [], [(None, None, NO_AVRO)]),
    case("avro_block_gone", avro_file(NUMBERED, {"sku": "string"})[:-20], [], [(None, None, NO_AVRO)]),
    case("avro_more_behind", AVRO_WHOLE + b"junk", [], [(None, None, NO_AVRO)]),
    case("avro_twice", AVRO_WHOLE * 2, [], [(None, None, NO_AVRO)]),
    case("avro_nothing", b"", [], [(None, None, NO_AVRO)]),
    case("avro_is_json", json.dumps(RECORDS).encode(), [], [(None, None, NO_AVRO)]),
    case(
        "avro_column_gone",
        avro_file([{"id": "a"}], {"id": "string", "price": "string"}),
        [],
        [(None, None, "a file has the required column sku; it has id, price")],
    ),
    case("avro_value_gone", avro_file([{}, {"sku": "b"}], FIELDS), [ROW_B], [(1, "sku", "is required and missing")]),
    case(
        "avro_new_column",
        avro_file([{"sku": "b", "colour": "red"}], {"sku": "string", "colour": "string"}),
        [("b", None, None, '{"colour": "red"}')],
    ),
]
