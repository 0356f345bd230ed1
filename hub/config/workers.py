"""What does the rows of the outbox: messages, questions to the bot, files, profiles."""

from collections.abc import Mapping

from hub.config.media import file_links, media_worker
from hub.config.settings import Settings
from hub.ports import Bot, Clock
from hub.services.channel_host import ChannelHost
from hub.services.channel_log import ChannelLog
from hub.services.delivery import bot_worker, message_worker
from hub.services.media.intake import Intake
from hub.services.persons import Persons
from hub.services.profiles import ProfileWorker
from hub.services.vault import Vault
from hub.store.mongo.stores import MongoStores
from hub.streams.sending import Worker


def workers(
    settings: Settings,
    clock: Clock,
    stores: MongoStores,
    vault: Vault,
    channels: ChannelHost,
    channel_log: ChannelLog,
    intake: Intake,
    bot: Bot,
) -> Mapping[str, Worker]:
    """By kind of row."""
    links = file_links(settings, stores.media, vault, clock)
    persons = Persons(stores.documents, stores.reading)
    return {
        "message": channels.guarded(message_worker(channels, links)),
        "bot": bot_worker(bot, channels),
        "media": media_worker(settings, intake, channels, channel_log, clock).do,
        "profile": ProfileWorker(channels, persons, clock).do,
    }
