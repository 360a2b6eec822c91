"""Flow runs that were killed: Prefect still calls them running, for nobody was left to tell it that they ended."""

import logging
from collections.abc import Iterable
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from flows.night_lock import HomeBusyError, night_lock
from flows.settings import Settings

LOG = logging.getLogger("crossrec")

KILLED = "Killed before it ended: no process works on it any more."
UNFINISHED = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]


def mark_killed(flow_run_ids: Iterable[str]) -> int:
    """Give each of these flow runs that still counts as under way the state Crashed; how many there were."""
    count = 0
    with get_client(sync_client=True) as client:
        for flow_run_id in flow_run_ids:
            try:
                flow_run = client.read_flow_run(UUID(flow_run_id))
            except (ObjectNotFound, ValueError):
                continue
            if flow_run.state is not None and flow_run.state.type in UNFINISHED:
                client.set_flow_run_state(flow_run.id, Crashed(message=KILLED), force=True)
                LOG.info("%s was killed and is marked so", flow_run.name)
                count += 1
    return count


def mark_killed_of(settings: Settings, deployment_ids: list[UUID]) -> int:
    """Mark every unfinished flow run of these deployments, unless a night works in the home now; how many there were.

    For whoever serves the deployments, before it takes up any run of theirs: then nobody else can be at work on one.
    """
    chosen = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNFINISHED)))
    try:
        with night_lock(settings) as killed, get_client(sync_client=True) as client:
            found = client.read_flow_runs(
                flow_run_filter=chosen, deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=deployment_ids))
            )
            return mark_killed([*(str(flow_run.id) for flow_run in found), *([killed] if killed else [])])
    except HomeBusyError:
        return 0
