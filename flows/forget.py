"""The flow that forgets a person, for those who work with Prefect's pages."""

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import BaseModel, ConfigDict, Field

from flows.contracts import ContractError
from flows.erasure import forget as erase
from flows.erasure_wording import in_words
from flows.night_lock import HomeBusyError
from flows.progress_lines import show_progress
from flows.server import end_with_server
from flows.settings import read_settings


class ForgetChoices(BaseModel):
    """Whom to forget."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    who: str = Field(
        title="Person",
        description="platform:account or user_id. All accounts of the person are erased, for good. The name is erased "
        "from this run as well.",
        min_length=1,
    )


@flow(name="forget", flow_run_name="forget a person", persist_result=False)
def forget(choices: ForgetChoices) -> State:
    """Erase everything of a person but what lies in the landing, and drop what is delivered of them again.

    Ends as Forgotten, with what went from where and which landing files have to be cleaned at the source, or as
    Refused: somebody works in the home, or nobody is called so. Killed and started again, it ends complete.
    """
    end_with_server()
    show_progress()
    try:
        receipt = erase(read_settings(), choices.who, str(runtime.flow_run.id))
        return Completed(name="Forgotten", message=in_words(receipt))
    except LookupError:
        # what was asked for would stand in the message
        return Failed(name="Refused", message="Nobody, or more than one person, is called so. Write platform:account.")
    except (HomeBusyError, ContractError) as error:
        return Failed(name="Refused", message=str(error))
