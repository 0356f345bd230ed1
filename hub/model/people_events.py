"""Events about who a customer is, and about two customers who are one person."""

from dataclasses import dataclass

from hub.model.ids import CustomerId
from hub.model.message import Address, ReplyGrant
from hub.model.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileWanted:
    """The provider is to be asked who this is."""

    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileKnown:
    address: Address
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class SamePersonFound:
    """The customer with the higher id is this very person, and is told to come here."""

    customer_id: CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlanned:
    into: CustomerId
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedInto:
    """From here on this stream forwards what customers send. `consents`: address, template and how
    many notices by it."""

    into: CustomerId
    addresses: tuple[Address, ...]
    grants: tuple[tuple[str, ReplyGrant], ...] = ()
    consents: tuple[tuple[str, str, int], ...] = ()
    profiles: tuple[tuple[str, Profile], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUndone:
    """`addresses` go back; none when the merge was only planned."""

    from_customer: CustomerId
    author: str
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAbsorbed:
    customer_id: CustomerId
    addresses: tuple[Address, ...]
    grants: tuple[tuple[str, ReplyGrant], ...] = ()
    consents: tuple[tuple[str, str, int], ...] = ()
    profiles: tuple[tuple[str, Profile], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReleased:
    customer_id: CustomerId
    addresses: tuple[Address, ...] = ()
