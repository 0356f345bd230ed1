"""The settings that decisions about a conversation depend on, as one versioned value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any

from hub.model.ids import GENERAL_QUEUE, ChannelId, QueueId


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What the system itself says to a customer, in one language.

    `queued`, `queued_wait`, `next_up` and `next_up_wait` may name {place}, those of a known wait
    {minutes}. Of these, `all_away` and `nobody_here` an empty one is not said.
    """

    hand_off: str
    menu_hint: str
    idle_warning: str
    idle_close: str
    queued: str
    queued_wait: str
    next_up: str
    next_up_wait: str
    all_away: str
    nobody_here: str
    helpful: str
    not_helpful: str
    rated_up: str
    rated_down: str
    to_person: str


ZH = Texts(
    hand_off="已为您转接人工服务，人工坐席会在这里回复您，请稍候。",
    menu_hint="以上都不是？请换个说法，或回复“转人工”由人工坐席为您服务。",
    idle_warning="您还在吗？如果暂时没有其他问题，本次服务稍后将自动结束。",
    idle_close="由于较长时间没有收到您的消息，本次服务先到这里。如有需要，随时在这里给我们留言。",
    queued="前面还有 {place} 位客户在等候，轮到您时坐席会在这里回复您。",
    queued_wait="前面还有 {place} 位客户在等候，大约 {minutes} 分钟后轮到您，坐席会在这里回复您。",
    next_up="您排在下一位，坐席空下来就会在这里回复您。",
    next_up_wait="您排在下一位，大约 {minutes} 分钟后坐席会在这里回复您。",
    all_away="坐席暂时都不在位，您的排队位置会保留，有坐席回来就会在这里回复您。",
    nobody_here="现在没有坐席在线。您可以先把问题留在这里，坐席上线后会在这里回复您。",
    helpful="有帮助",
    not_helpful="没帮助",
    rated_up="感谢您的反馈，很高兴能帮到您。",
    rated_down="抱歉没有帮到您。您可以看看下面的内容，或者转人工：",
    to_person="转人工",
)
EN = Texts(
    hand_off="A colleague will take over and answer you right here. One moment, please.",
    menu_hint="None of these? Put it another way, or reply “agent” to reach a person.",
    idle_warning="Are you still there? If there is nothing else, we will end this talk shortly.",
    idle_close="We have not heard from you for a while, so we end this talk here. "
    "Write to us at any time if you need us.",
    queued="Customers ahead of you: {place}. A colleague will answer you right here.",
    queued_wait="Customers ahead of you: {place}. A colleague will answer you right here "
    "in about {minutes} min.",
    next_up="You are next. A colleague will answer you right here as soon as one is free.",
    next_up_wait="You are next. A colleague will answer you right here in about {minutes} min.",
    all_away="Our colleagues are away for the moment. You keep your place in line, and you will "
    "get the answer here as soon as one of them is back.",
    nobody_here="None of our colleagues is online right now. Leave your question here, "
    "and you will get the answer here as soon as one of them is back.",
    helpful="Helpful",
    not_helpful="Not helpful",
    rated_up="Thank you for telling us. Glad it helped.",
    rated_down="Sorry that did not help. One of these may, or a colleague:",
    to_person="Talk to a person",
)


_TEXTS: Mapping[str, Texts] = {"zh": ZH, "en": EN}
_AS_IT_IS = frozenset({"max_misses", "default_queue", "queue_of_reason"})


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The life of a conversation.

    `bot_burst`: how long a fragment waits for the rest of its sentence, 0 = not at all.
    `max_misses`: the miss in a row with which a person takes over, 0 = not even buttons are shown.
    `without_bot`: channel accounts whose customers go straight to people. `queue_of_reason`: where
    a hand-off for this reason waits, else in `default_queue`.
    """

    bot_idle: timedelta = timedelta(minutes=30)
    bot_answer_within: timedelta = timedelta(seconds=10)
    bot_burst: timedelta = timedelta(seconds=1.2)
    active_idle: timedelta = timedelta(minutes=20)
    active_idle_grace: timedelta = timedelta(minutes=2)
    wrap_up_limit: timedelta = timedelta(minutes=10)
    max_misses: int = 2
    without_bot: frozenset[ChannelId] = field(default_factory=frozenset)
    default_queue: QueueId = GENERAL_QUEUE
    queue_of_reason: Mapping[str, QueueId] = field(default_factory=dict)
    zh: Texts = ZH
    en: Texts = EN

    @cached_property
    def version(self) -> str:
        """Eight hex digits of all values; equal policies have equal versions."""
        text = repr(_canonical(asdict(self)))
        return blake2b(text.encode(), digest_size=4).hexdigest()

    def as_doc(self) -> dict[str, Any]:
        """As it is kept for replay; durations in microseconds."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def of_doc(cls, doc: Mapping[str, Any]) -> "Policy":
        """The policy `as_doc` was made of."""
        read: dict[str, Any] = {}
        for name, value in doc.items():
            if name in _TEXTS:
                read[name] = replace(_TEXTS[name], **value)
            elif isinstance(value, list):
                read[name] = frozenset(value)
            else:
                read[name] = value if name in _AS_IT_IS else timedelta(microseconds=value)
        return cls(**read)

    def queue_for(self, reason: str, otherwise: QueueId | None = None) -> QueueId:
        """The queue of the reason, else the one that was named, else the default."""
        return self.queue_of_reason.get(reason) or otherwise or self.default_queue

    def texts(self, language: str) -> Texts:
        return self.en if language == "en" else self.zh


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((name, _canonical(item)) for name, item in value.items())
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    return value
