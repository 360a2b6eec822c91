"""The flow that searches for better hyperparameters, for those who work with Prefect's pages."""

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.night_lock import HomeBusyError
from flows.progress_lines import show_progress
from flows.server import end_with_server
from flows.settings import read_settings
from flows.tuning import TuneChoices, laid_out
from flows.tuning import tune as search


@flow(name="tune", flow_run_name="tune the recommender", persist_result=False)
def tune(choices: TuneChoices) -> State:
    """Search for better hyperparameters, judged on past nights; nothing is set by itself.

    Ends as Tuned, with the best trials and how to set them, or as Refused: somebody works in the home, or a choice
    makes no sense. Killed and started again with the same choices, it goes on.
    """
    end_with_server()
    show_progress()
    try:
        tuned = search(read_settings(), choices, str(runtime.flow_run.id))
    except (HomeBusyError, LookupError, ValueError) as error:
        return Failed(name="Refused", message=str(error))
    create_table_artifact(laid_out(tuned), key="tuning-trials", description=f"The best trials; page {tuned.page.name}")
    return Completed(name="Tuned", message=tuned.advice)
