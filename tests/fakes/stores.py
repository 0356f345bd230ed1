"""All stores of one database, whichever kind it is."""

from typing import Protocol

from hub.ports import Documents, ExchangeStore, HeartStores, MediaStore, Reading, TokenStore


class Stores(Protocol):
    @property
    def heart(self) -> HeartStores: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def reading(self) -> Reading: ...
    @property
    def exchanges(self) -> ExchangeStore: ...
    @property
    def media(self) -> MediaStore: ...
    @property
    def tokens(self) -> TokenStore: ...
