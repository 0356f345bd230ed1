"""Every rule of the heart is needed: one schedule each, clean with it and broken without it."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.streams import directed, directed_effects, mutants
from tests.streams.stage import Schedule, perform


class Case(NamedTuple):
    """`breaks`: how a violation begins, any of them, when the rule is left out."""

    bug: Callable[[pytest.MonkeyPatch], None]
    schedule: Schedule
    breaks: tuple[str, ...]


CASES = (
    Case(
        mutants.duplicate_proves_it_stands,
        directed.first_write_is_rolled_back,
        ("loss: acknowledged m1",),
    ),
    Case(
        mutants.duplicate_effect_proves_it_stands,
        directed_effects.effect_is_rolled_back_under_the_next_owner,
        ("loss: effect",),
    ),
    Case(
        mutants.done_rows_are_deleted,
        directed.provider_repeats_after_all_is_done,
        ("double: input m1",),
    ),
    Case(
        mutants.token_is_not_fresh,
        directed.late_write_of_the_last_load,
        ("loss: acknowledged m2",),
    ),
    Case(
        mutants.recovery_finishes_nothing,
        directed.owner_dies_before_the_effects,
        ("loss: effect",),
    ),
    Case(
        mutants.inbox_is_read_before_recovery,
        directed.owner_dies_before_the_effects,
        ("double: input r1",),
    ),
    Case(
        mutants.commit_id_is_not_unique,
        directed.owner_wakes_with_a_number_that_is_taken,
        ("journal: number 1 at place 2",),
    ),
    Case(
        mutants.reads_are_local,
        directed.read_row_is_rolled_back,
        ("double: input m1",),
    ),
    Case(
        mutants.sources_are_read_once,
        directed.cursor_passes_an_earlier_message,
        ("order: x",),
    ),
    Case(
        mutants.ignored_inputs_are_not_committed,
        directed.zombie_decides_on_an_old_state,
        ("answer: r1 was refused, then done",),
    ),
    Case(
        mutants.insert_is_not_ordered,
        directed.batch_meets_a_taken_number_in_front,
        ("double: input m2", "order: b"),
    ),
    Case(
        mutants.two_batches_fly,
        directed.first_write_is_lost,
        ("order: b",),
    ),
    Case(
        mutants.refused_shard_keeps_its_memory,
        directed.refused_owner_is_left_alone,
        ("replay:",),
    ),
    Case(
        mutants.time_may_run_backward,
        directed.next_owner_has_a_slower_clock,
        ("time runs backward",),
    ),
    Case(
        mutants.effects_before_durable,
        directed_effects.commit_never_reaches_the_database,
        ("phantom:",),
    ),
    Case(
        mutants.effects_in_any_order,
        directed_effects.replies_of_one_batch,
        ("send order:",),
    ),
    Case(
        mutants.cursor_runs_ahead,
        directed.owner_dies_before_the_effects,
        ("loss: effect",),
    ),
    Case(
        mutants.destinations_are_not_serial,
        directed_effects.first_reply_is_slow,
        ("send order:",),
    ),
    Case(
        mutants.overdue_is_queued_again,
        directed_effects.sender_dies_before_the_answer,
        ("double: 00:",),
    ),
    Case(
        mutants.unmatched_receipts_are_closed,
        directed_effects.receipt_overtakes_the_answer,
        ("loss: receipt",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.bug.__name__)
def test_with_every_rule_nothing_is_lost_doubled_or_out_of_order(case: Case) -> None:
    assert perform(case.schedule) == []


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.bug.__name__)
def test_without_the_rule_the_checker_tells_what_breaks(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.bug(monkeypatch)
    found = perform(case.schedule)
    assert [v for v in found if v.startswith(case.breaks)], found
