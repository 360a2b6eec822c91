"""The deployments of `prefect.yaml`, for a work pool of one's own, are those of `crossrec serve`."""

from typing import Any

import yaml
from prefect.flows import load_flow_from_entrypoint

from flows.serve import deployments
from flows.settings import PROJECT, Settings


def test_a_work_pool_has_what_serve_has() -> None:
    """By name; each carries out the same flow; the nightly one has a schedule."""
    listed: list[dict[str, Any]] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]
    served = {one.name: one for one in deployments(Settings(), "0 3 * * *", "UTC")}
    assert {one["name"] for one in listed} == set(served)
    for one in listed:
        path, _, function = one["entrypoint"].partition(":")
        flow = load_flow_from_entrypoint(f"{PROJECT / path}:{function}", use_placeholder_flow=False)
        assert flow.name == served[one["name"]].flow_name
    assert [one["name"] for one in listed if "schedules" in one] == ["nightly"]
