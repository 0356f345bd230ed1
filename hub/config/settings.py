"""The sections of the settings. Every option has its meaning and a value other than the default."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hub.services.vault import read_keys

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
        1800, "Seconds without anybody doing something after which a session ends.", 900, ge=60
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
    bot_burst_s: float = option(
        1.2,
        "A few words without an end mark wait so long for the rest before the bot is asked.",
        2.0,
        ge=0,
        le=5,
    )
    active_idle_s: float = option(
        1200.0, "Silence of the customer after which an agent's talk is warned.", 600.0, gt=0
    )
    active_idle_grace_s: float = option(120.0, "From that warning to the wrap-up.", 300.0, gt=0)
    wrap_up_limit_s: float = option(600.0, "Longest wrap-up.", 180.0, gt=0)
    max_misses: int = option(2, "The miss in a row with which a person takes over.", 3, ge=0)
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


class Bot(Section):
    models: Path | None = option(
        None,
        "Folder of trained models, shared by all hubs of a database; without it a folder in "
        "store.data.",
        Path("/var/lib/lianluo/models"),
    )
    training_s: float = option(1800.0, "Seconds a training may take.", 3600.0, gt=0, le=86_400)
    training_mb: int = option(4096, "Memory a training may take, in MiB.", 8192, ge=256)


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


class Security(Section):
    seal_key: SecretStr | None = option(
        None,
        "Base64 of 32 random bytes that seals secrets; an older one may follow after a comma. "
        "Without it a key is made in the data folder.",
        "two of them: the new one, the old one",
    )
    trusted_proxies: tuple[str, ...] = option(
        (), "Networks whose X-Forwarded-For is believed.", ("10.0.0.0/24",)
    )
    requests_per_minute: int = option(
        1200, "API requests a user or key may make.", 600, ge=1, le=1_000_000
    )
    requests_burst: int = option(300, "So many of them at once.", 100, ge=1, le=100_000)
    address_per_minute: int = option(
        120, "API requests of one address without a session or key.", 60, ge=1, le=1_000_000
    )
    address_burst: int = option(60, "So many of them at once.", 30, ge=1, le=100_000)
    lock_after: int = option(5, "Failed sign-ins of a name before it must wait.", 3, ge=1, le=100)
    address_lock_after: int = option(
        50, "Failed sign-ins of an address before it must wait.", 20, ge=1, le=10_000
    )
    lock_s: int = option(30, "The first wait; doubles with each further try.", 60, ge=1)
    longest_lock_s: int = option(3600, "The wait does not grow beyond.", 900, ge=1)
    password_history: int = option(
        5, "So many earlier passwords are not taken again.", 10, ge=0, le=50
    )
    refuse_common: bool = option(
        True, "Refuse passwords that are guessed first, or hold the user name.", False
    )
    otp_roles: frozenset[Literal["agent", "supervisor", "admin", "operator"]] = option(
        frozenset(), "Roles that need a second factor.", frozenset({"admin"})
    )

    webhook_origins: tuple[str, ...] = option(
        (),
        "Receivers of webhooks that need be neither https nor public.",
        ("http://crm.bank.example:8080",),
    )
    webhook_give_up_s: int = option(
        86_400, "A receiver that fails for so long is paused.", 3600, ge=60
    )

    @field_validator("seal_key")
    @classmethod
    def _is_a_key(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            read_keys(given.get_secret_value())
        return given

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for network in given:
            ip_network(network)
        return given


class Media(Section):
    image_mb: int = option(10, "Largest picture, in MiB.", 5, ge=1, le=100)
    voice_mb: int = option(5, "Largest voice message, in MiB.", 2, ge=1, le=100)
    video_mb: int = option(20, "Largest film, in MiB.", 50, ge=1, le=100)
    file_mb: int = option(20, "Largest other file, in MiB.", 50, ge=1, le=100)
    max_pixels: int = option(
        50_000_000, "Pixels of a picture that are decoded for a preview.", 20_000_000, ge=10_000
    )
    at_once: int = option(
        2, "Files examined at the same time, each by one process.", 4, ge=1, le=64
    )
    examine_s: float = option(8.0, "Seconds such a process may take.", 5.0, gt=0, le=60)
    clamd: str = option(
        "",
        "The virus scanner clamd, a socket's path or host and port; without it only listed files "
        "and the test file EICAR are found.",
        "unix:/run/clamav/clamd.ctl",
        pattern=r"^(|unix:/.+|tcp://[^\s/:]+:[0-9]{1,5})$",
    )
    clamd_wait_s: float = option(
        5.0, "After so long a scan counts as not done: the file is held back.", 8.0, gt=0, le=60
    )
    link_s: int = option(
        259_200,
        "How long a link opens by which a customer gets a file his channel does not carry.",
        86_400,
        ge=60,
        le=31_622_400,
    )
    refused_digests: frozenset[str] = option(
        frozenset(), "SHA-256 of files that are refused.", frozenset({"0" * 64})
    )
    fetch_from: tuple[str, ...] = option(
        (),
        "Further servers of providers whose files may be fetched although they are not public.",
        ("http://media-proxy.bank.example:8080",),
    )


class ChannelLog(Section):
    keep_s: int = option(
        2_592_000, "How long an exchange with a provider is kept.", 604_800, ge=3600
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
    bot: Bot = Bot()
    desk: Desk = Desk()
    site: Site = Site()
    security: Security = Security()
    media: Media = Media()
    channel_log: ChannelLog = ChannelLog()
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
