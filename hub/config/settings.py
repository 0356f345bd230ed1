"""The sections of the settings. Every option has its meaning and a value other than the default."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "LIANLUO_"
BETWEEN = "__"
SECONDS = "_s"


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def option(default: Any, about: str, example: Any, **limits: Any) -> Any:
    """A field with its meaning and a value other than the default."""
    return Field(default, description=about, examples=[example], validate_default=True, **limits)


class Http(Section):
    host: str = option("127.0.0.1", "Address to listen on.", "0.0.0.0", min_length=1)  # noqa: S104 - an example
    port: int = option(8080, "Port to listen on.", 8443, ge=1, le=65535)
    public_url: str = option(
        "http://127.0.0.1:8080",
        "Where browsers and providers reach the hub; https makes the session cookie Secure.",
        "https://lianluo.bank.example",
        pattern=r"^https?://[^\s/?#]+$",
    )
    trusted_origins: tuple[str, ...] = option(
        (),
        "Further origins whose pages may change things, `scheme://host[:port]`.",
        ("https://intranet.bank.example",),
    )
    command_wait_s: float = option(
        5.0, "Seconds a command waits for its decision before it is answered 202.", 2.0, gt=0, le=10
    )
    session_idle_s: int = option(
        1800, "Seconds without a request after which a session ends.", 900, ge=60
    )
    session_lifetime_s: int = option(
        43_200, "Seconds after signing in at which a session ends anyway.", 28_800, ge=60
    )
    min_password: int = option(10, "Characters a new password has at least.", 14, ge=1, le=128)


class Store(Section):
    mongodb_uri: SecretStr | None = option(
        None,
        "A MongoDB replica set; without it the embedded database runs.",
        "mongodb://db1,db2,db3/?replicaSet=rs0",
    )
    database: str = option(
        "lianluo", "Name of the database.", "lianluo_test", pattern=r"^[A-Za-z0-9_-]{1,38}$"
    )
    data: Path = option(Path("data"), "Folder of the embedded database.", Path("/var/lib/lianluo"))
    port: int | None = option(
        None,
        "Port of the embedded database; without it a free one is picked.",
        27117,
        ge=1,
        le=65535,
    )
    cache_size: str = option(
        "128M", "Cache of the embedded database.", "512M", pattern=r"^[1-9][0-9]*[MG]$"
    )


class Engine(Section):
    lease_s: float = option(
        6.0, "A process that stands still so long loses its shards.", 10.0, ge=1
    )
    sweep_s: float = option(2.0, "How often lost hints are repaired.", 1.0, gt=0)
    alarm_s: float = option(1.0, "How often due timers are looked for.", 0.5, gt=0)
    retake_s: float = option(0.2, "Pause before a lost shard is taken anew.", 0.5, gt=0)
    streams: int = option(20_000, "Customers whose state is kept in memory.", 100_000, ge=1)
    round_rows: int = option(512, "Inputs read at once.", 1024, ge=1)
    snapshot_every: int = option(64, "Commits of a customer between two snapshots.", 256, ge=1)
    backlog: int = option(2048, "Durable commits whose effects may wait.", 4096, ge=1)
    receipt_keep_s: float = option(
        259_200.0,
        "How long a receipt waits for its message before it is a dead letter.",
        86_400.0,
        gt=0,
    )


class Outbox(Section):
    send_timeout_s: float = option(15.0, "Seconds one send may take.", 8.0, gt=0)
    overdue_s: float = option(30.0, "A send without result for so long is uncertain.", 60.0, gt=0)
    sends: int = option(32, "Sends at the same time.", 128, ge=1)
    attempts: int = option(8, "How often a send that was not taken is tried.", 4, ge=1)
    backoff_s: float = option(1.0, "Pause after the first refusal; doubles each time.", 2.0, gt=0)
    longest_backoff_s: float = option(300.0, "The pause does not grow beyond.", 60.0, gt=0)

    @model_validator(mode="after")
    def _a_send_ends_before_it_is_overdue(self) -> "Outbox":
        if self.overdue_s <= self.send_timeout_s:
            raise ValueError("overdue_s must be longer than send_timeout_s")
        return self


class Policy(Section):
    bot_idle_s: float = option(
        1800.0, "Silence after which a conversation with the bot is closed.", 900.0, gt=0
    )
    bot_answer_within_s: float = option(
        10.0, "A bot slower than this hands the customer to a person.", 5.0, gt=0
    )
    active_idle_s: float = option(
        1200.0, "Silence of the customer after which an agent's talk is warned.", 600.0, gt=0
    )
    active_idle_grace_s: float = option(120.0, "From that warning to the wrap-up.", 300.0, gt=0)
    wrap_up_limit_s: float = option(600.0, "Longest wrap-up.", 180.0, gt=0)
    max_misses: int = option(2, "How often in a row the bot may fail to help.", 3, ge=0)
    without_bot: frozenset[str] = option(
        frozenset(),
        "Channel accounts whose customers go straight to people.",
        frozenset({"wechat-private"}),
    )
    default_queue: str = option(
        "general", "Queue of a hand-off whose reason has none of its own.", "service", min_length=1
    )
    queue_of_reason: dict[str, str] = option(
        {},
        "Queue by reason of the hand-off.",
        {"complaint": "complaints"},
    )

    def values(self) -> dict[str, Any]:
        """The fields of `hub.decisions.policy.Policy`, durations as such."""
        return _with_durations(self)


class Desk(Section):
    agent_grace_s: float = option(
        30.0, "An agent without any connection keeps the work so long.", 15.0, gt=0
    )
    offers_a_commit: int = option(
        200, "Offers made at once; more follow in the next commits.", 100, ge=1, le=1000
    )
    candidates: int = option(5, "Candidates named in the reasons of an offer.", 3, ge=1, le=5)

    def values(self) -> dict[str, Any]:
        """The fields of `hub.decisions.desk.DeskSettings`."""
        return _with_durations(self)


class Site(Section):
    bank: str = option("联络", "The bank's name as screens show it.", "示例银行", max_length=60)
    environment: str = option(
        "production",
        "Shown on every screen, so that nobody takes a test for the real one.",
        "test",
        pattern=r"^[a-z][a-z0-9-]{0,19}$",
    )


class Demo(Section):
    password: SecretStr | None = option(
        None, "Of all demo logins; without it one is made and printed.", "a word you remember"
    )
    simulator_port: int | None = option(
        None, "Port of the pretend WeChat; without it a free one is picked.", 8090, ge=1, le=65535
    )


def _with_durations(section: Section) -> dict[str, Any]:
    """`_s` goes from a name and makes its value a duration."""
    return {
        name.removesuffix(SECONDS): timedelta(seconds=value) if name.endswith(SECONDS) else value
        for name, value in section
    }


class Settings(BaseSettings):
    """`channels` are documents for `channels.registry.read_all`, with secrets wrapped."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_prefix=PREFIX,
        env_nested_delimiter=BETWEEN,
    )

    http: Http = Http()
    store: Store = Store()
    engine: Engine = Engine()
    outbox: Outbox = Outbox()
    policy: Policy = Policy()
    desk: Desk = Desk()
    site: Site = Site()
    demo: Demo = Demo()
    channels: tuple[dict[str, Any], ...] = ()

    def engine_values(self) -> dict[str, Any]:
        """The fields of `hub.streams.settings.EngineSettings`."""
        return {**dict(self.engine), **dict(self.outbox)}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `hub.config.loading.load` gathered: nothing is read behind its back."""
        return (init_settings,)
