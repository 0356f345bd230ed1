"""The desk is the queue the books describe: M/M/n, contact by contact and in its means."""

import pytest

from tests.bench.erlang import SYSTEMS, System, mean, run
from tests.decisions.desk.mmn import Contact, draws, erlang_a, erlang_c, starts
from tests.decisions.desk.virtual import VirtualDesk


def test_two_agents_serve_in_the_order_of_arrival() -> None:
    contacts = [Contact(0, 10), Contact(1, 4), Contact(2, 3), Contact(3, 9, patience=2)]
    assert VirtualDesk(2).starts(contacts) == [0, 1, 5, None]
    assert starts(contacts, 2) == [0, 1, 5, None]


def test_each_of_20000_contacts_starts_exactly_when_the_reference_says() -> None:
    contacts = draws(1, 20_000, rate=20 * 0.9 / 180, service_s=180)
    found = VirtualDesk(20).starts(contacts)
    assert found == starts(contacts, 20)
    assert None not in found


@pytest.mark.parametrize(
    ("expected", "waits", "wait_s", "leaves"),
    [
        (erlang_c(20, 20 * 0.9 / 180, 180), 0.5508, 49.57, 0.0),
        (erlang_c(100, 100 * 0.936 / 180, 180), 0.4070, 11.45, 0.0),
        (erlang_a(20, 20 * 1.08 / 180, 180, 120), 0.6065, 16.26, 0.1355),
        (erlang_a(100, 100 * 1.08 / 180, 180, 120), 0.7269, 10.75, 0.0896),
    ],
)
def test_the_formulas_give_the_known_values(
    expected: tuple[float, float, float], waits: float, wait_s: float, leaves: float
) -> None:
    assert expected == pytest.approx((waits, wait_s, leaves), rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS[::2], ids=lambda s: s.name)
def test_short_runs_come_near_the_formulas(system: System) -> None:
    """`run` compares every contact with the reference; ten seeds of 300,000 are in the bench."""
    found = mean([run((system, seed, 20_000))[1] for seed in (1, 2)])
    assert found.waits == pytest.approx(system.expected.waits, rel=0.2)
    assert found.wait_s == pytest.approx(system.expected.wait_s, rel=0.4)
