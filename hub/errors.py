"""Every error the hub raises on purpose.

    LianluoError
    ├── ConfigurationError        a key or value is wrong; names itself, stops the start
    ├── StartError                a port, folder, disk or program is not as needed
    │   └── JournalDamaged        commits are missing that were durable once
    ├── StoreUncertain            the write may or may not stand: ask again under the same key
    ├── Overloaded                a bound is reached: nothing was taken, try later
    ├── SealBroken                a sealed secret does not open with the keys we have
    ├── InboundRejected           a provider's call is not authentic or not readable: no effect
    └── SendError                 a provider did not take our message
        ├── RetryableSendError    certainly not taken, may work later
        │   └── SendHeld          we did not even try: nothing is counted
        ├── PermanentSendError    certainly not taken, will never work as it is
        └── UncertainSendError    perhaps taken: a person decides

A refusal by a rule is no error but a value (`hub.model.events.Refused`).
"""

from datetime import timedelta


class LianluoError(Exception):
    """Root of the tree."""


class ConfigurationError(LianluoError):
    """`key` is the dotted name in the TOML file, e.g. `http.port`."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


class StartError(LianluoError):
    """The text says what happened, what is safe and what to do."""


class JournalDamaged(StartError):
    """Deciding on such a journal would contradict what was decided and told before."""


class StoreUncertain(LianluoError):
    """Network or write-concern error: nothing may be concluded from it."""


class Overloaded(LianluoError):
    """The caller should answer 503 and let the other side repeat."""


class SealBroken(LianluoError):
    """Never with the secret or the sealed text."""


class InboundRejected(LianluoError):
    """`status` is the HTTP status to answer, `reason` a stable code without content."""

    def __init__(self, reason: str, *, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class SendError(LianluoError):
    """`code` is ours and stable; `provider_code` and `request_id` are the provider's, verbatim."""

    def __init__(
        self, code: str, *, provider_code: str = "", detail: str = "", request_id: str = ""
    ) -> None:
        super().__init__(f"{code} {provider_code}".strip())
        self.code = code
        self.provider_code = provider_code
        self.detail = detail
        self.request_id = request_id


class RetryableSendError(SendError):
    """`retry_after` is the provider's wish, or None for our own back-off."""

    def __init__(
        self,
        code: str,
        *,
        provider_code: str = "",
        detail: str = "",
        request_id: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(code, provider_code=provider_code, detail=detail, request_id=request_id)
        self.retry_after = retry_after


class SendHeld(RetryableSendError):
    """We hold it back ourselves (a paused account): it waits as long as it takes."""


class PermanentSendError(SendError):
    """Goes to the dead letters at once."""


class UncertainSendError(SendError):
    """The request left us and no readable answer came."""
