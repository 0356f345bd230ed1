"""What a customer did, with what the bank wants of it: looked up once, when it is taken in.

It stands in the input from then on, so that a decision replays whatever the menu says later.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from hub.model.ids import ChannelId
from hub.model.inputs import CustomerSignal, Inbound
from hub.model.meanings import Meaning
from hub.ports import Accept
from hub.services.menus import Menus
from hub.services.qr_codes import QrCodes

Look = Callable[[ChannelId, str], Awaitable[Meaning | None]]


class Meanings:
    def __init__(self, menus: Menus, codes: QrCodes) -> None:
        self._looks: Mapping[str, Look] = {
            "menu_click": menus.meaning,
            "scan": codes.meaning,
            "followed": codes.meaning,
        }

    def accepting(self, accept: Accept) -> Accept:
        """`accept`, with the meaning of what is taken in."""

        async def accept_meant(inbound: Inbound) -> bool:
            if isinstance(inbound, CustomerSignal) and inbound.value:
                look = self._looks.get(inbound.kind)
                if look is not None:
                    found = await look(inbound.address.channel_id, inbound.value)
                    inbound = replace(inbound, meaning=found)
            return await accept(inbound)

        return accept_meant
