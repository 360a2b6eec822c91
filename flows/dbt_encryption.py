"""Attaches the encrypted warehouse for dbt, so that its key stands in no profile and in no log."""

import os
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin

from flows.warehouse import Connection, attachment, file_key, load_encryption


class Plugin(BasePlugin):
    """Comes before dbt attaches what its profile names, which then stands already."""

    def configure_connection(self, conn: Connection) -> None:
        """Attach the warehouse as the profile calls it."""
        load_encryption(conn)
        conn.execute(attachment(Path(os.environ["CROSSREC_WAREHOUSE"]), "warehouse", key=file_key()))
