"""Who a customer is by the provider's word, and two customers who are one person."""

from dataclasses import replace
from typing import Any

from hub.model import inputs as i
from hub.model.effects import Job, JobKind
from hub.model.events import Ignored
from hub.model.ids import CustomerId
from hub.model.message import Address
from hub.model.people_events import MergedInto, ProfileKnown, SamePersonFound
from hub.model.profile import Profile
from tests.decisions.stream import HOME, Stream, message, names, signal
from tests.decisions.test_merging import HIGH, LOW, MID, Town, customer

KNOWN = Profile(following=True, union_id="o6_u", language="zh_CN", source="ADD_SCENE_QR_CODE")


def told(address: Address = HOME, same_as: CustomerId | None = None) -> i.ProfileReport:
    return i.ProfileReport(address=address, profile=KNOWN, same_as=same_as)


def told_more(**more: Any) -> i.CustomerMessage:
    return replace(message(**more), has_profile=True)


def questions(stream: Stream) -> list[Job]:
    jobs = [each for _, each in stream.effects if isinstance(each, Job)]
    return [each for each in jobs if each.kind is JobKind.PROFILE]


def test_the_provider_is_asked_at_the_first_word_and_not_again() -> None:
    stream = Stream()
    stream.do(told_more())
    stream.do(told_more())
    [job] = questions(stream)
    assert (job.destination, job.repeatable) == (HOME.key, True)
    assert job.body == {"address": {"channel_id": "wechat-demo", "value": "openid-1"}}


def test_a_provider_that_tells_nothing_is_not_asked() -> None:
    stream = Stream()
    stream.do(message())
    stream.do(signal("followed"))
    assert questions(stream) == []


def test_who_follows_is_asked_about_every_time() -> None:
    stream = Stream()
    follow = replace(signal("followed"), has_profile=True)
    stream.do(follow)
    stream.do(told_more())
    stream.do(signal("unfollowed"))
    stream.do(follow)
    assert len(questions(stream)) == 2


def test_what_is_told_stands_with_the_address_until_the_customer_leaves() -> None:
    stream = Stream()
    stream.do(told_more())
    assert stream.do(told()) == [ProfileKnown(address=HOME, profile=KNOWN)]
    assert stream.state.addresses[HOME.key].profile == KNOWN
    stream.do(signal("unfollowed"))
    assert stream.state.addresses[HOME.key].profile is None


def test_an_address_that_is_not_here_is_not_learnt() -> None:
    stream = Stream()
    assert stream.do(told()) == [Ignored(reason="unknown_address")]


def town() -> Town:
    made = Town()
    for address in (LOW, MID, HIGH):
        made.write(address)
        made.close(address)
    return made


def test_the_higher_of_two_who_are_one_goes_into_the_lower() -> None:
    made = town()
    events = made.do(HIGH, told(HIGH, customer(LOW)))
    assert names(events) == ["ProfileKnown", "MergePlanned", "MergedInto"]
    assert made[HIGH].state.merged_into == customer(LOW)
    assert made[LOW].state.addresses[HIGH.key].profile == KNOWN


def test_the_lower_of_two_calls_the_higher() -> None:
    made = town()
    events = made.do(LOW, told(LOW, customer(HIGH)))
    assert events[-1] == SamePersonFound(customer_id=customer(HIGH))
    assert made[HIGH].state.merged_into == customer(LOW)
    assert names(made.do(LOW, told(LOW, customer(HIGH)))) == ["ProfileKnown"]


def test_an_open_talk_is_finished_before_the_two_become_one() -> None:
    made = Town()
    made.write(LOW)
    made.write(HIGH)
    assert names(made.do(HIGH, told(HIGH, customer(LOW)))) == ["ProfileKnown", "MergePlanned"]
    assert isinstance(made.close(HIGH)[-1], MergedInto)


def test_three_accounts_of_one_person_become_one_customer() -> None:
    made = town()
    made.do(HIGH, told(HIGH, customer(MID)))
    made.do(MID, told(MID, customer(LOW)))
    assert made[MID].state.merged_into == customer(LOW)
    made.write(HIGH, "还在吗")
    assert made[LOW].standing == "bot"


def test_what_people_separated_no_machine_joins_again() -> None:
    made = town()
    made.do(HIGH, told(HIGH, customer(LOW)))
    made.undo(HIGH)
    assert names(made.do(HIGH, told(HIGH, customer(LOW)))) == ["ProfileKnown"]
    assert names(made.do(LOW, told(LOW, customer(HIGH)))) == ["ProfileKnown"]
    again = i.MergeCustomer(into=customer(LOW), author="system")
    assert made.do(HIGH, again) == [Ignored(reason="kept_apart")]
    made.merge(HIGH, LOW)
    assert made[HIGH].state.merged_into == customer(LOW)
    assert made[HIGH].state.apart == []


def test_a_report_that_comes_after_the_merge_goes_on() -> None:
    made = town()
    made.merge(HIGH, LOW)
    made.do(HIGH, told(HIGH, customer(LOW)))
    assert made[LOW].state.addresses[HIGH.key].profile == KNOWN
