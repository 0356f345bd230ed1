"""Numbers for Prometheus, in a registry of their own."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

HOOK_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class Metrics:
    """Counters of the HTTP side, and `watch` for numbers that live elsewhere."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.inbound = Counter(
            "lianluo_inbound",
            "What providers handed in, by channel and result (accepted, duplicate)",
            ("channel", "result"),
            registry=self.registry,
        )
        self.hook_answers = Counter(
            "lianluo_hook_answers",
            "Answers to providers, by channel and status",
            ("channel", "status"),
            registry=self.registry,
        )
        self.hook_seconds = Histogram(
            "lianluo_hook_seconds",
            "From a provider's call to our answer, stored included",
            ("channel",),
            buckets=HOOK_BUCKETS,
            registry=self.registry,
        )
        self.csp_reports = Counter(
            "lianluo_csp_reports",
            "What browsers refused on our pages, by rule",
            ("directive",),
            registry=self.registry,
        )
        self.requests = Counter(
            "lianluo_api_requests",
            "API answers, by operation and status",
            ("operation", "status"),
            registry=self.registry,
        )

    def watch(self, name: str, about: str, read: Callable[[], float]) -> None:
        """A number that may fall, read when Prometheus asks."""
        self.registry.register(_Watched(name, about, "", lambda: {"": read()}, GaugeMetricFamily))

    def watch_total(
        self, name: str, about: str, label: str, read: Callable[[], Mapping[str, float]]
    ) -> None:
        """Numbers that only grow (commits by shard…); `label` "" for a single one under ""."""
        self.registry.register(_Watched(name, about, label, read, CounterMetricFamily))

    def page(self) -> bytes:
        return generate_latest(self.registry)


class _Watched:
    """A collector that asks a function."""

    def __init__(
        self,
        name: str,
        about: str,
        label: str,
        read: Callable[[], Mapping[str, float]],
        family: type[GaugeMetricFamily] | type[CounterMetricFamily],
    ) -> None:
        self._name = name
        self._about = about
        self._labels = [label] if label else []
        self._read = read
        self._family = family

    def collect(self) -> Iterator[Metric]:
        metric = self._family(self._name, self._about, labels=self._labels)
        for value, number in self._read().items():
            metric.add_metric([value] if self._labels else [], number)
        yield metric

    def describe(self) -> Iterable[Metric]:
        return [self._family(self._name, self._about, labels=self._labels)]
