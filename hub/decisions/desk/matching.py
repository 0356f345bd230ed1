"""Work and agents brought together at the end of a decision, and the reasons kept."""

from collections import Counter
from datetime import timedelta

from hub.decisions.desk.draft import Draft, Loose
from hub.decisions.desk.ranking import Candidate
from hub.decisions.desk.state import Work
from hub.model.desk import OfferReasons, RefusedAgents, ScoredAgent
from hub.model.desk_events import Offered
from hub.model.ids import AgentId

LONGEST_IDLE = "longest_idle"
TARGET = "target"
CLAIM = "claim"
_SECOND = timedelta(seconds=1)


def match(draft: Draft) -> None:
    """Offer what lost its agent or is new, then fill who has room now."""
    with draft.supposed():
        _place_loose(draft)
        _fill(draft, draft.freed)


def match_all(draft: Draft) -> None:
    """As `match` for everybody; what is too much for one commit is left to the next."""
    _place_loose(draft)
    board, most = draft.state.board, draft.settings.offers_a_commit
    while found := board.servable(most + 1 - draft.offers, placed=draft.placed, taken=draft.taken):
        for interaction_id in found:
            if draft.offers >= most:
                draft.arm_match()
                return
            _offer_to_best(draft, draft.state.works[interaction_id])


def offer(draft: Draft, work: Work, agent_id: AgentId, reasons: OfferReasons) -> None:
    """The next epoch; nothing is offered twice in a commit."""
    queue = draft.state.queue(work.queue_id)
    draft.add(
        Offered(
            interaction_id=work.interaction_id,
            agent_id=agent_id,
            epoch=work.epoch + 1,
            until=draft.at + queue.offer_for,
            reasons=reasons,
        )
    )
    draft.placed.add(work.interaction_id)
    draft.taken.setdefault(agent_id, Counter())[work.medium] += 1
    draft.offers += 1


def chosen(draft: Draft, work: Work, agent_id: AgentId, strategy: str) -> OfferReasons:
    """Reasons where a person chose the agent."""
    idle_since = draft.state.agents[agent_id].idle_since
    load = len(draft.state.hands.get(agent_id, ()))
    return OfferReasons(
        strategy=strategy,
        candidates=(_scored(draft, Candidate(agent_id, load, idle_since)),),
        eligible=1,
        waited_s=(draft.at - work.waiting_since) // _SECOND,
    )


def _place_loose(draft: Draft) -> None:
    for loose in sorted(draft.loose, key=lambda loose: draft.state.rank(loose.work)):
        _place(draft, loose)


def _place(draft: Draft, loose: Loose) -> None:
    work = loose.work
    if loose.target is not None:
        offer(draft, work, loose.target, chosen(draft, work, loose.target, TARGET))
    elif draft.offers < draft.settings.offers_a_commit:
        _offer_to_best(draft, work)
    else:
        draft.arm_match()


def _fill(draft: Draft, agents: list[AgentId]) -> None:
    """Who has room takes the best-ranked work they can; the strategy says who of all gets it."""
    state = draft.state
    for agent_id in agents:
        while found := state.board.next_work(agent_id, placed=draft.placed, taken=draft.taken):
            if draft.offers >= draft.settings.offers_a_commit:
                draft.arm_match()
                return
            if not _offer_to_best(draft, state.works[found[0]]):
                break


def _offer_to_best(draft: Draft, work: Work) -> bool:
    board, need = draft.state.board, draft.state.need(work)
    best = board.best_agents(need, draft.settings.candidates, barred=work.barred, taken=draft.taken)
    if not best:
        return False
    tally = board.tally(need, barred=work.barred, taken=draft.taken)
    reasons = OfferReasons(
        strategy=LONGEST_IDLE,
        candidates=tuple(_scored(draft, candidate) for candidate in best),
        refused=tuple(
            RefusedAgents(reason=reason, count=count)
            for reason, count in sorted(tally.refused.items())
        ),
        eligible=tally.eligible,
        waited_s=(draft.at - work.waiting_since) // _SECOND,
    )
    offer(draft, work, best[0].agent_id, reasons)
    return True


def _scored(draft: Draft, candidate: Candidate) -> ScoredAgent:
    return ScoredAgent(
        agent_id=candidate.agent_id,
        load=candidate.load,
        idle_s=max(0, (draft.at - candidate.idle_since) // _SECOND),
    )
