"""JSON: one object a line, and files whose objects no line ends tell apart."""

import gzip
import json

import zstandard

from tests.flows.bad_files.case import ITEMS, Case

A, B = b'{"sku": "a", "price": 1.5}', b'{"sku": "b"}'
ROW_A, ROW_B = ("a", "1.5", None, None), ("b", None, None, None)
NO_LINE, NO_VALUE, NO_TEXT = "a line is one JSON object", "a record is one JSON object", "a record is text in UTF-8"
MISSING = "is required and missing"
NESTED = ({**ITEMS[0], "path": "thing.sku"}, *ITEMS[1:])
JSON = {"format": "json"}
DEEP = b'{"sku": "d", "more": ' + b"[" * 300 + b"]" * 300 + b"}"
DEEPEST = b'{"sku": "d", "more": ' + b'{"a":' * 400_000 + b"1" + b"}" * 400_000 + b"}"
WIDE = json.dumps({"sku": "w", "more": [{"a": [[[n]]]} for n in range(300)]}).encode()
NINES = b"9" * 5_000
NINES_KEPT = f'{{"more": "{NINES.decode()}"}}'
LONG = b'{"sku": "a", "price": 1.5, "since": "' + b" " * 50_000_000 + b'"}'

LINES = [
    Case("cut_line", A + b'\n{"sku": "b", "pri\n' + B + b"\n", [ROW_A, ROW_B], [(2, None, NO_LINE)]),
    Case("no_final_newline", A + b"\n" + B, [ROW_A, ROW_B]),
    Case("windows_line_ends", A + b"\r\n" + B + b"\r\n", [ROW_A, ROW_B]),
    Case("old_mac_line_ends", A + b"\r" + B + b"\r", [], [(1, None, NO_LINE)]),
    Case("blank_lines", b"\n \t\n" + A + b"\n\n\n" + B + b"\n  \n", [ROW_A, ROW_B]),
    Case("byte_order_mark", b"\xef\xbb\xbf" + A + b"\n", [ROW_A]),
    Case("nothing", b"", []),
    Case("white_space_alone", b" \n\r\n\t\n", []),
    Case("broken_bytes", A + b'\n{"sku": "\xff\xfe"}\n' + B, [ROW_A, ROW_B], [(2, None, NO_TEXT)]),
    Case("latin_one", '{"sku": "Käse"}\n'.encode("latin-1") + B, [ROW_B], [(1, None, NO_TEXT)]),
    Case("utf_16", (A + b"\n" + B).decode().encode("utf-16"), [], [(None, None, "a text file is in UTF-8")]),
    Case("utf_16_without_mark", A.decode().encode("utf-16-le"), [], [(None, None, "a text file is in UTF-8")]),
    Case("utf_32", A.decode().encode("utf-32"), [], [(None, None, "a text file is in UTF-8")]),
    Case("null_bytes", b"\0\0\0\0\n" + A, [ROW_A], [(1, None, NO_LINE)]),
    Case("null_byte_inside", A + b'\n{"sku": "\0"}\n', [ROW_A], [(2, None, NO_LINE)]),
    Case("null_escaped", A + b'\n{"sku": "x\\u0000y"}\n', [ROW_A, ("x\0y", None, None, None)]),
    Case("half_a_character", b'{"sku": "a", "more": "\\ud800"}\n' + B, [ROW_B], [(1, None, NO_LINE)]),
    Case("no_objects", b'[1]\n5\n"text"\nnull\ntrue\n' + A, [ROW_A], [(n, None, NO_LINE) for n in range(1, 6)]),
    Case("two_in_a_line", A + B + b"\n" + B, [ROW_B], [(1, None, NO_LINE)]),
    Case("comma_at_the_end", A + b",\n" + B, [ROW_B], [(1, None, NO_LINE)]),
    Case("single_quotes", b"{'sku': 'a'}\n" + B, [ROW_B], [(1, None, NO_LINE)]),
    Case("key_twice", b'{"sku": "a", "sku": "b"}', [("a", None, None, None)]),
    Case("csv_instead", b"sku,price\na,1.5\n", [], [(1, None, NO_LINE), (2, None, NO_LINE)]),
    Case("required_empty", b'{"sku": ""}\n{"sku": null}\n{}\n' + A, [ROW_A], [(n, "sku", MISSING) for n in (1, 2, 3)]),
    Case("required_missing_in_all", b'{"id": 1}\n' * 3, [], [(None, "sku", "sku is required and missing in every")]),
    Case(
        "type_changed_to_text", A + b'\n{"sku": "b", "price": "2 EUR"}', [ROW_A], [(2, "price", "has to be a number")]
    ),
    Case("type_changed_to_number", b'{"sku": 7, "price": "1.5"}', [("7", "1.5", None, None)]),
    Case("type_changed_to_object", b'{"sku": {"id": 1}}', [('{"id":1}', None, None, None)]),
    Case("number_not_finite", b'{"sku": "a", "price": NaN}\n' + B, [ROW_B], [(1, "price", "has to be a number")]),
    Case(
        "number_of_many_digits", b'{"sku": "a", "more": ' + NINES + b"}\n" + B, [("a", None, None, NINES_KEPT), ROW_B]
    ),
    Case("new_field", b'{"sku": "b", "colour": "red"}', [("b", None, None, '{"colour": "red"}')]),
    Case("nested", b'{"thing": {"sku": "a", "x": 1}}', [("a", None, None, '{"thing": {"x": 1}}')], fields=NESTED),
    Case("nested_gone", b'{"thing": "a"}\n{"thing": {"sku": "b"}}', [ROW_B], [(1, "sku", MISSING)], fields=NESTED),
    Case("too_deep", DEEP + b"\n" + B, [ROW_B], [(1, None, "a record nests at most 200 levels deep")]),
    Case("far_too_deep", DEEPEST + b"\n" + B, [ROW_B], [(1, None, "a record nests at most 200 levels deep")]),
    Case("wide_not_deep", WIDE, [("w", None, None, json.dumps({"more": json.loads(WIDE)["more"]}))]),
    Case("fifty_megabytes_in_a_line", LONG + b"\n" + B, [ROW_A, ROW_B]),
    Case("gzip_in_parts", gzip.compress(A + b"\n") + gzip.compress(B), [ROW_A, ROW_B], suffix=".jsonl.gz"),
    Case("gzip_cut", gzip.compress(A * 2_000)[:-9], [], [(None, None, "a file .gz can be decompressed")], ".jsonl.gz"),
    Case("gzip_only_by_name", A, [], [(None, None, "a file .gz can be decompressed")], ".jsonl.gz"),
    Case("gzip_unnamed", gzip.compress(A, mtime=0), [], [(1, None, NO_TEXT)]),
    Case("zstd", zstandard.ZstdCompressor().compress(A + b"\n" + B), [ROW_A, ROW_B], suffix=".jsonl.zst"),
    Case(
        "zstd_cut",
        zstandard.ZstdCompressor().compress(bytes(range(256)) * 40 + A)[:-5],
        [],
        [(None, None, "a file .zst can be decompressed")],
        ".jsonl.zst",
    ),
]

VALUES = [
    Case("array", b"[" + A + b",\n" + B + b"]\n", [ROW_A, ROW_B], options=JSON),
    Case("array_printed", json.dumps([json.loads(A), json.loads(B)], indent=2).encode(), [ROW_A, ROW_B], options=JSON),
    Case("array_empty", b" [ ]\n", [], options=JSON),
    Case("array_of_nothing", b"", [], options=JSON),
    Case("array_with_mark", b"\xef\xbb\xbf[" + A + b"]", [ROW_A], options=JSON),
    Case(
        "array_with_others",
        b"[" + A + b', 5, "x", null, [1]]',
        [ROW_A],
        [(n, None, NO_VALUE) for n in (2, 3, 4, 5)],
        options=JSON,
    ),
    Case(
        "array_never_closed",
        b"[" + A + b", " + B,
        [ROW_A, ROW_B],
        [(3, None, "an array of JSON ends with ]")],
        options=JSON,
    ),
    Case("array_cut_in_an_element", b"[" + A + b', {"sku": "b"', [ROW_A], [(2, None, NO_VALUE)], options=JSON),
    Case("array_trailing_text", b"[" + A + b"] the end", [ROW_A], [(2, None, NO_VALUE)], options=JSON),
    Case(
        "array_broken_element",
        b"[" + A + b', {"sku": oops, "x": {"sku": "y"}}, ' + B + b"]",
        [ROW_A, ROW_B],
        [(2, None, NO_VALUE)],
        options=JSON,
    ),
    Case(
        "array_brace_missing",
        b'[{"sku": "x", ' + A + b", " + B + b"]",
        [ROW_A, ROW_B],
        [(1, None, NO_VALUE)],
        options=JSON,
    ),
    Case(
        "array_quote_missing",
        b'[\n{"sku": "x, "price": 1},\n' + A + b"\n]",
        [ROW_A],
        [(1, None, NO_VALUE)],
        options=JSON,
    ),
    Case("array_broken_bytes", b'[{"sku": "\xff"}, ' + B + b"]", [ROW_B], [(1, None, NO_TEXT)], options=JSON),
    Case(
        "array_too_deep", b"[" + DEEP + b", " + B + b"]", [ROW_B], [(1, None, "a record nests at most")], options=JSON
    ),
    Case("array_comma_missing", b"[" + A + b" " + B + b"]", [ROW_A, ROW_B], options=JSON),
    Case("objects_printed", json.dumps(json.loads(A), indent=1).encode() + b"\n" + B, [ROW_A, ROW_B], options=JSON),
    Case(
        "objects_one_broken",
        b'{\n "sku": "x"\n "price": 1\n}\n' + A + b"\n",
        [ROW_A],
        [(1, None, NO_VALUE)],
        options=JSON,
    ),
    Case("objects_one_open", b'{\n "sku": "x\n' + A + b"\n" + B, [ROW_A, ROW_B], [(1, None, NO_VALUE)], options=JSON),
    Case("array_gzip", gzip.compress(b"[" + A + b"]"), [ROW_A], suffix=".json.gz", options=JSON),
    Case("array_gzip_cut", gzip.compress(b"[" + A + b"]")[:-6], [], [(None, None, "a file .gz")], ".json.gz", JSON),
]
