"""The services that stand at the door, made once for dispatch, routes and sockets."""

from dataclasses import dataclass

from hub.http.audit import AuditApi
from hub.http.csp import CspApi
from hub.http.deps import HttpDeps
from hub.http.keys import KeyApi
from hub.http.own_access import OwnAccessApi
from hub.http.route import AnyRoute
from hub.http.session_api import SessionApi
from hub.http.users import UserApi
from hub.http.webhook_deliveries import WebhookDeliveryApi
from hub.http.webhooks import WebhookApi
from hub.services.access import Access
from hub.services.accounts import Accounts
from hub.services.audit import Audit
from hub.services.keys import Keys
from hub.services.lockout import Lockout
from hub.services.second_factor import SecondFactor
from hub.services.sign_in import SignIn
from hub.services.webhook_delivery import Courier
from hub.services.webhooks import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    access: Access
    keys: Keys
    audit: Audit
    lockout: Lockout
    second_factor: SecondFactor
    sign_in: SignIn
    courier: Courier


def guards_of(deps: HttpDeps) -> Guards:
    options, documents, clock = deps.options, deps.documents, deps.clock
    access = Access(documents, clock, deps.passwords, options.access)
    audit = Audit(documents, clock, deps.vault)
    lockout = Lockout(documents, clock, options.lockout)
    issuer = f"Lianluo {options.site.bank}".strip()
    second_factor = SecondFactor(documents, clock, deps.vault, issuer)
    webhooks = Webhooks(documents, deps.journal, clock, deps.vault)
    return Guards(
        access=access,
        keys=Keys(documents, clock),
        audit=audit,
        lockout=lockout,
        second_factor=second_factor,
        sign_in=SignIn(access, lockout, second_factor, audit),
        courier=Courier(webhooks, deps.webhook_post.post, clock),
    )


def guard_routes(deps: HttpDeps, guards: Guards) -> tuple[AnyRoute, ...]:
    accounts = Accounts(deps.documents, guards.access, guards.lockout, guards.second_factor)
    return (
        *SessionApi(guards.sign_in).routes(),
        *OwnAccessApi(guards.access, guards.sign_in, guards.second_factor).routes(),
        *UserApi(accounts).routes(),
        *KeyApi(guards.keys).routes(),
        *AuditApi(guards.audit).routes(),
        *CspApi(deps.metrics).routes(),
        *WebhookApi(guards.courier.webhooks, guards.courier, deps.webhook_post).routes(),
        *WebhookDeliveryApi(guards.courier.webhooks, guards.courier.webhooks.tries).routes(),
    )
