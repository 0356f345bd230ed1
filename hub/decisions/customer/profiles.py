"""What a provider tells of a person, and two customers who turn out to be one."""

from hub.decisions.customer.draft import Draft
from hub.decisions.customer.merging import merge, refusal_of
from hub.decisions.customer.rating import state_ahead
from hub.decisions.customer.state import SYSTEM_AUTHOR, CustomerState
from hub.model.events import Forwarded, Ignored
from hub.model.ids import CustomerId
from hub.model.inputs import MergeCustomer, ProfileReport
from hub.model.people_events import ProfileKnown, SamePersonFound

UNKNOWN_ADDRESS = Ignored(reason="unknown_address")


def learn(draft: Draft, command: ProfileReport) -> None:
    """Whom the provider calls one person becomes one customer, unless people said otherwise."""
    state, other = draft.state, command.same_as
    if state.merged_into is not None:
        draft.add(Forwarded(to=state.merged_into))
        return
    if command.address.key not in state.addresses:
        draft.add(UNKNOWN_ADDRESS)
        return
    draft.add(ProfileKnown(address=command.address, profile=command.profile))
    if other is None or not _is_news(state, other):
        return
    if other > state.customer_id:
        draft.add(SamePersonFound(customer_id=other))
    elif not refusal_of(state, other):
        merge(draft, MergeCustomer(into=other, author=SYSTEM_AUTHOR), state_ahead(draft))


def _is_news(state: CustomerState, other: CustomerId) -> bool:
    return other != state.customer_id and other not in (*state.absorbed, *state.apart)
