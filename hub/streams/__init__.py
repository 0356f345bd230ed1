"""The engine of the heart: inbox, shard owners, group commit, effects, timers, outbox, feed."""
