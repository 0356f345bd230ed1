"""Asking a provider for somebody at a screen: in time, and a no in the provider's own words."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from hub.errors import SendError
from hub.services.commands import Refusal

T = TypeVar("T")
WITHIN_S = 12.0


async def told(asked: Awaitable[T]) -> T | Refusal:
    try:
        async with asyncio.timeout(WITHIN_S):
            return await asked
    except SendError as error:
        words = (error.provider_code, error.detail, error.request_id)
        return Refusal(reason=error.code, detail=" · ".join(filter(None, words)))
    except TimeoutError:
        return Refusal(reason="no_answer_in_time", detail="The provider did not answer.")
