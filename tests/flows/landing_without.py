"""A landing as it would be had a person never been: every record that names an account of theirs is left out."""

import gzip
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet


def leave_out(landing: Path, accounts: list[tuple[str, str]]) -> int:
    """Take the records of these accounts out of all files of a landing, byte by byte the same else; how many."""
    count = 0
    for path in sorted(path for path in landing.rglob("*") if path.is_file()):
        platform = path.relative_to(landing).parts[0]
        ids = [account_id for owner, account_id in accounts if owner == platform]
        if not ids:
            continue
        if path.suffix == ".parquet":
            count += leave_out_rows(path, ids)
            continue
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        lines = content.splitlines(keepends=True)
        left = [line for line in lines if not any(account_id.encode() in line for account_id in ids)]
        count += len(lines) - len(left)
        path.write_bytes(gzip.compress(b"".join(left)) if path.suffix == ".gz" else b"".join(left))
    return count


def leave_out_rows(path: Path, ids: list[str]) -> int:
    """The same of a Parquet file, by the columns that hold whole numbers or texts."""
    table = parquet.read_table(path)
    keep = [not any(str(value) in ids for value in row.values()) for row in table.to_pylist()]
    left = table.filter(pyarrow.array(keep))
    parquet.write_table(left, path)
    return table.num_rows - left.num_rows
