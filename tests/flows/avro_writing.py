"""Writes small Avro files for tests, as its specification says: DuckDB's own writer leaves records out."""

import json
import zlib
from typing import Any

SYNC = bytes(range(16))


def number(value: int) -> bytes:
    """A number: seven bits a byte, the lowest first, the sign in the lowest bit."""
    rest, found = (value << 1) ^ (value >> 63), bytearray()
    while rest > 0x7F:
        found.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes([*found, rest])


def sized(content: bytes) -> bytes:
    """Bytes after their length."""
    return number(len(content)) + content


def encoded(value: Any, kind: Any) -> bytes:
    """A value of a type: a union of null and another, a record, a long or a string."""
    if isinstance(kind, list):
        return number(0) if value is None else number(1) + encoded(value, kind[1])
    if isinstance(kind, dict) and "fields" in kind:
        return b"".join(encoded(value.get(field["name"]), field["type"]) for field in kind["fields"])
    name = kind["type"] if isinstance(kind, dict) else kind
    return number(value) if name == "long" else sized(str(value).encode())


def avro_file(
    records: list[dict[str, Any]], fields: dict[str, Any], block_size: int = 50, codec: str = "null"
) -> bytes:
    """A file of these records; each field may be null."""
    schema = {
        "type": "record",
        "name": "row",
        "fields": [{"name": name, "type": ["null", kind]} for name, kind in fields.items()],
    }
    header = b"Obj\x01" + number(2)
    header += sized(b"avro.schema") + sized(json.dumps(schema).encode()) + sized(b"avro.codec") + sized(codec.encode())
    out = header + number(0) + SYNC
    for start in range(0, len(records), block_size):
        block = records[start : start + block_size]
        content = b"".join(encoded(record, schema) for record in block)
        if codec == "deflate":
            content = zlib.compress(content)[2:-4]
        out += number(len(block)) + sized(content) + SYNC
    return out
