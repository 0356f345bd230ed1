"""The numbers of one process for Prometheus, beside those of its HTTP side."""

from hub.http.metrics import Metrics
from hub.services.channel_log import ChannelLog
from hub.streams.heart import Heart


def metrics_of(heart: Heart, channel_log: ChannelLog) -> Metrics:
    metrics = Metrics()
    acceptor, owner = heart.acceptor, heart.owner
    metrics.watch("lianluo_shards", "Shards this process owns", lambda: len(heart.owned()))
    metrics.watch("lianluo_effects_waiting", "Commits to follow up", lambda: owner.backlog)
    metrics.watch_total(
        "lianluo_inputs",
        "Inputs stored, by result",
        "result",
        lambda: {"accepted": acceptor.accepted, "duplicate": acceptor.duplicates},
    )
    metrics.watch_total(
        "lianluo_commits", "Durable commits of this process", "", lambda: {"": owner.committed}
    )
    metrics.watch_total(
        "lianluo_channel_log_rows",
        "Exchanges with providers, by what became of them in the channel log",
        "result",
        lambda: {"written": channel_log.written, "dropped": channel_log.dropped},
    )
    return metrics
