"""What stands between a request and the hub, from the settings."""

from datetime import timedelta

from hub.config.settings import Settings
from hub.services.access import AccessRules, Role
from hub.services.limits import Rate, Rates
from hub.services.lockout import LockRules
from hub.services.password_rules import COMMON, PasswordRules


def access_rules(settings: Settings) -> AccessRules:
    http, security = settings.http, settings.security
    return AccessRules(
        idle=timedelta(seconds=http.session_idle_s),
        lifetime=timedelta(seconds=http.session_lifetime_s),
        passwords=PasswordRules(
            min_length=http.min_password,
            history=security.password_history,
            refused=COMMON if security.refuse_common else frozenset(),
        ),
        otp_roles=frozenset(Role(role) for role in security.otp_roles),
    )


def rates(settings: Settings) -> Rates:
    security = settings.security
    return Rates(
        caller=Rate(per_minute=security.requests_per_minute, burst=security.requests_burst),
        address=Rate(per_minute=security.address_per_minute, burst=security.address_burst),
    )


def lock_rules(settings: Settings) -> LockRules:
    security = settings.security
    return LockRules(
        free=security.lock_after,
        free_of_address=security.address_lock_after,
        first=timedelta(seconds=security.lock_s),
        longest=timedelta(seconds=security.longest_lock_s),
    )
