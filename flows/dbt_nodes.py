"""Every node that dbt builds is a task run of the flow around it, from the node's start to its end.

prefect-dbt does this too, with a thread for each node that may outlive dbt and even the flow: of 161 nodes most were
still being told when the night had ended, at a second of processor time each, and the process could not end well.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

FAILURES = ("error", "fail", "runtime error")


@task(task_run_name="{name}", cache_policy=NO_CACHE, persist_result=False)
def dbt_node(name: str, finished: "SimpleQueue[Any]") -> State:
    """Wait for dbt's word that the node is finished, and end as it did."""
    event = finished.get()
    if event is None:
        return Failed(message=f"dbt stopped before it had built {name}.")
    status, message = event.node_info.node_status, event.run_result.message
    return Failed(message=message) if status in FAILURES else Completed(message=message or status)


@contextmanager
def nodes_as_tasks() -> Iterator[Callable[[Any], None]]:
    """What dbt tells its events to; when the block ends, every node that began is shown to its end."""
    flow_run = copy_context()
    threads: list[Thread] = []
    begun: dict[str, SimpleQueue[Any]] = {}

    def hear(event: Any) -> None:
        if event.info.name == "NodeStart":
            node, finished = event.data.node_info, SimpleQueue[Any]()
            begun[node.unique_id] = finished
            threads.append(Thread(target=flow_run.copy().run, args=(dbt_node, node.node_name, finished), daemon=True))
            threads[-1].start()
        elif event.info.name == "NodeFinished":
            begun.pop(event.data.node_info.unique_id).put(event.data)

    try:
        yield hear
    finally:
        for finished in begun.values():
            finished.put(None)
        for thread in threads:
            thread.join()
