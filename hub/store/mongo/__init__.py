"""The stores of `hub.ports` on MongoDB; only what every server of its protocol does alike.

No transactions, no `findOneAndUpdate`, no `$or` over many branches, no ranges on `_id` in hot
reads, no hints: each was measured slow or wrong on one of the servers.
"""
