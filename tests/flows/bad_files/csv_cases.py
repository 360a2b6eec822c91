"""CSV: headers, delimiters, quotation marks and records of the wrong width."""

from tests.flows.bad_files.case import ITEMS, Case

CSV = {"format": "csv"}
HEADLESS = {"format": "csv", "header": False}
PLACES = ({**ITEMS[0], "path": "2"}, {**ITEMS[1], "path": 1}, {**ITEMS[2], "path": "3"})
ROW_A, ROW_B = ("a", "1.5", None, None), ("b", None, None, None)
WIDTH = "a record has as many fields as the header or most records"
MISSING = "is required and missing"


def case(name: str, content: bytes, rows: list, rejects: list | None = None, **others) -> Case:
    """A case of a CSV file."""
    return Case(name, content, rows, rejects or [], ".csv", **{"options": CSV, **others})


CASES = [
    case("csv_plain", b"sku,price,since\na,1.5,\nb,,", [ROW_A, ROW_B]),
    case("csv_byte_order_mark", b"\xef\xbb\xbfsku,price\r\na,1.5\r\n", [ROW_A]),
    case("csv_too_few", b"sku,price\na,1.5\nb\n", [ROW_A], [(2, None, WIDTH)]),
    case("csv_too_many", b"sku,price\na,1.5,9\nb,\n", [ROW_B], [(1, None, WIDTH)]),
    case("csv_too_many_but_empty", b"sku,price\na,1.5,\nb,,,\n", [ROW_A, ROW_B]),
    case("csv_too_many_but_empty_and_broken", b'sku,price\na,1.5,\n"b\n', [ROW_A], [(2, None, "a quotation mark")]),
    case("csv_semicolon", b"sku;price\na;1.5\n", [ROW_A], options={**CSV, "delimiter": ";"}),
    case("csv_tab", b"sku\tprice\na\t1.5\n", [ROW_A], options={**CSV, "delimiter": "\t"}),
    case(
        "csv_pipe_unquoted",
        b'sku|price\n5" disk|1.5\n',
        [('5" disk', "1.5", None, None)],
        options={**CSV, "delimiter": "|", "quote": ""},
    ),
    case(
        "csv_single_quotes",
        b"sku,price\n'a,b',1.5\n'it''s',\n",
        [("a,b", "1.5", None, None), ("it's", None, None, None)],
        options={**CSV, "quote": "'"},
    ),
    case(
        "csv_backslash",
        b'sku,price\n"5\\" disk",1.5\nb,\n',
        [('5" disk', "1.5", None, None), ROW_B],
        options={**CSV, "escape": "\\"},
    ),
    case("csv_quoted_line_end", b'sku,price\n"a\nb",1.5\nb,\n', [("a\nb", "1.5", None, None), ROW_B]),
    case("csv_quote_open", b'sku,price\n"x,2\na,1.5\nb,\n', [ROW_A, ROW_B], [(1, None, "a quotation mark")]),
    case("csv_text_after_quote", b'sku,price\n"x"y,2\na,1.5\n', [ROW_A], [(1, None, "a quotation mark")]),
    case("csv_header_alone", b"sku,price\n", []),
    case("csv_nothing", b"", []),
    case("csv_other_order", b"since,price,sku\n,1.5,a\n", [ROW_A]),
    case("csv_new_column", b"sku,colour,price\na,red,1.5\n", [("a", "1.5", None, '{"colour": "red"}')]),
    case("csv_column_twice", b"sku,note,note\nb,1,2\n", [("b", None, None, '{"note": "1", "note_2": "2"}')]),
    case("csv_optional_column_gone", b"sku\nb\n", [ROW_B]),
    case(
        "csv_required_column_gone",
        b"id,price\na,1.5\nb,\n",
        [],
        [(None, None, "a file has the required column sku; it has id, price")],
    ),
    case(
        "csv_required_column_hidden",
        b"anna@mail.example,price\na,1.5\n",
        [],
        [(None, None, "a file has the required column sku; it has price and 1 more")],
    ),
    case(
        "csv_header_gone",
        b"anna,b01,1.5\nben,b02,2\n",
        [],
        [(None, None, "a file has the required column sku; it has 3 columns and none")],
    ),
    case("csv_header_broken", b'"sku,price\na,1.5\n', [], [(None, None, "the header of a CSV file is whole")]),
    case("csv_required_empty", b"sku,price\n,1.5\nb,\n", [ROW_B], [(1, "sku", MISSING)]),
    case("csv_blank_lines", b"\nsku,price\n\na,1.5\n\n", [ROW_A]),
    case("csv_broken_bytes", b"sku,price\n\xff,1\nb,\n", [ROW_B], [(1, None, "a record is text in UTF-8")]),
    case("csv_utf_16", "sku,price\na,1.5\n".encode("utf-16"), [], [(None, None, "a text file is in UTF-8")]),
    case("csv_comma_for_point", b'sku,price\na,"1,5"\nb,\n', [ROW_B], [(1, "price", "has to be a number")]),
    case("csv_headless", b"1.5,a,\n,b,\n", [ROW_A, ROW_B], options=HEADLESS, fields=PLACES),
    case(
        "csv_headless_ragged",
        b"9,x\n1.5,a,\n,b,\n7,y,,z\n",
        [ROW_A, ROW_B],
        [(1, None, WIDTH), (4, None, WIDTH)],
        options=HEADLESS,
        fields=PLACES,
    ),
    case(
        "csv_headless_extra",
        b",b,,red\n,b,,\n",
        [("b", None, None, '{"4": "red"}'), ("b", None, None, None)],
        options=HEADLESS,
        fields=PLACES,
    ),
    case(
        "csv_headless_narrow",
        b"1.5\n2\n",
        [],
        [(None, None, "a file has the required column 2; most of its records have 1")],
        options=HEADLESS,
        fields=PLACES,
    ),
]
