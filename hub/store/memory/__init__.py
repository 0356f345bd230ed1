"""The stores of `hub.ports` in memory: for tests, and for schedules with injected faults."""
