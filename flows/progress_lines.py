"""Lines that say how far a night is: on standard error, and on the page of its flow run."""

import logging

LOG = logging.getLogger("crossrec")


def show_progress() -> None:
    """Write the product's own lines to standard error from now on, each with the time; Prefect takes them, too."""
    if any(type(handler) is logging.StreamHandler for handler in LOG.handlers):
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
