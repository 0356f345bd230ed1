"""Clock, bus, tasks, logs: what every part runs on."""
