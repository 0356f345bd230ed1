"""Identifiers and the shard a stream lives in."""

from hashlib import blake2b
from typing import NewType

ChannelId = NewType("ChannelId", str)
CustomerId = NewType("CustomerId", str)
ConversationId = NewType("ConversationId", str)
InteractionId = NewType("InteractionId", str)
QueueId = NewType("QueueId", str)
AgentId = NewType("AgentId", str)
MessageId = NewType("MessageId", str)
StreamId = NewType("StreamId", str)
CommitId = NewType("CommitId", str)

SHARDS = 256
CUSTOMER = "customer"
DESK = "desk"
COMMAND = "cmd:"
"""How the key of a command begins; such commits are found by it."""

MAIN_DESK = "main"
GENERAL_QUEUE = QueueId("general")


def customer_of(channel_id: str, value: str) -> CustomerId:
    """The customer of a first address: 20 hex digits, the first two are the shard."""
    digest = blake2b(f"{channel_id}\0{value}".encode(), digest_size=10)
    return CustomerId(digest.hexdigest())


def customer_stream(customer_id: str) -> StreamId:
    return StreamId(f"{CUSTOMER}:{customer_id}")


def desk_stream(desk: str = MAIN_DESK) -> StreamId:
    return StreamId(f"{DESK}:{desk}")


def stream_kind(stream: str) -> str:
    return stream.partition(":")[0]


def stream_name(stream: str) -> str:
    return stream.partition(":")[2]


def shard_of(stream: str) -> int:
    """A customer carries its shard; any other stream is spread by its name."""
    kind, _, name = stream.partition(":")
    if kind == CUSTOMER:
        return int(name[:2], 16)
    return blake2b(stream.encode(), digest_size=1).digest()[0]


def media_of(message: str, index: int) -> str:
    """Our id of the file in a part of a message: 32 hex digits, like that of an upload."""
    return blake2b(f"{message}\0{index}".encode(), digest_size=16).hexdigest()


def commit_id(shard: int, n: int) -> CommitId:
    """Zero-padded, so that the order of ids is the order of commits in a shard."""
    return CommitId(f"{shard:02x}:{n:012d}")


def conversation_id(customer_id: str, episode: int) -> ConversationId:
    return ConversationId(f"{customer_id}.{episode}")


def customer_of_conversation(conversation: str) -> CustomerId:
    return CustomerId(conversation.partition(".")[0])


def conversation_of_interaction(interaction: str) -> ConversationId:
    return ConversationId(interaction.rpartition("-")[0])
