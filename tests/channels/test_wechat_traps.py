"""The known traps of wechatpy and of the protocol, each as the behaviour we want instead."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from wechatpy.parser import parse_message

from channels.wechat import adapter
from channels.wechat.crypto import Envelope
from channels.wechat.simulator.account import demo_account
from channels.wechat.simulator.pushes import xml
from channels.wechat.simulator.seal import key_of, seal
from channels.wechat.xml import read_fields
from hub.errors import InboundRejected
from hub.model.inputs import CustomerMessage, CustomerSignal
from tests.channels.test_wechat_wire import EVERY_FILE, raw, read

ACCOUNT = demo_account()


def envelope() -> Envelope:
    return Envelope(tokens=[ACCOUNT.token], app_id=ACCOUNT.app_id, aes_keys=[ACCOUNT.aes_key])


def encrypted(block: bytes) -> str:
    key = key_of(ACCOUNT.aes_key)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(block)).decode()


def framed(plain: bytes, *, pad: bytes) -> bytes:
    return b"r" * 16 + len(plain).to_bytes(4, "big") + plain + ACCOUNT.app_id.encode() + pad


BAD_ENVELOPES = [
    ("nothing", ""),
    ("no base64", "not base64 at all"),
    ("not ascii", "密"),
    ("half a block", base64.b64encode(b"x" * 40).decode()),
    ("random bytes", base64.b64encode(bytes(range(64))).decode()),
    ("padding 0", encrypted(framed(b"x" * 10, pad=b"\0" * 16))),
    ("padding 33", encrypted(framed(b"x" * 10, pad=bytes([33]) * 16))),
    ("padding not uniform", encrypted(framed(b"x" * 10, pad=b"\x01" * 15 + b"\x10"))),
    ("length beyond the end", encrypted(b"r" * 16 + b"\xff\xff\xff\xff" + b"x" * 11 + b"\x01")),
    ("only padding", encrypted(b"\x20" * 32)),
]


@pytest.mark.parametrize(
    "sealed", [row[1] for row in BAD_ENVELOPES], ids=[r[0] for r in BAD_ENVELOPES]
)
def test_padding_and_length_of_an_envelope_are_checked(sealed: str) -> None:
    with pytest.raises(InboundRejected, match="not_decryptable"):
        envelope().open(sealed)


def test_every_message_length_round_trips() -> None:
    for length in range(100):
        plain = b"x" * length
        assert envelope().open(seal(plain, ACCOUNT.aes_key, ACCOUNT.app_id)) == plain


def test_an_envelope_for_another_app_is_refused() -> None:
    with pytest.raises(InboundRejected, match="wrong_app_id"):
        envelope().open(seal(b"x", ACCOUNT.aes_key, "wx_other"))


def test_signatures_are_compared_as_whole_strings() -> None:
    assert not envelope().is_signed("", "1", "2")
    assert not envelope().is_signed("\ud800", "1", "2")


def test_an_empty_body_is_refused_not_returned_as_none() -> None:
    assert parse_message("") is None
    with pytest.raises(InboundRejected, match="not_xml"):
        read(b"", "gh_1")


def test_a_sealed_envelope_read_as_plain_names_what_is_missing() -> None:
    with pytest.raises(InboundRejected, match="wrong_account"):
        read(b"<xml><Encrypt>x</Encrypt></xml>", "gh_1")


def test_a_cdata_end_in_a_text_does_not_break_the_xml() -> None:
    text = "a]]><b>x</b><![CDATA[&amp;"
    assert read_fields(xml({"Content": text}).encode()) == {"Content": text}


def test_a_scene_of_a_new_follower_is_stripped_and_of_a_follower_kept() -> None:
    new, known = read(raw("event_subscribe_scene")), read(raw("event_scan"))
    assert isinstance(new, CustomerSignal)
    assert isinstance(known, CustomerSignal)
    assert (new.value, known.value) == ("123123", "SCENE_VALUE")


def test_events_wechatpy_does_not_know_have_a_kind_of_their_own() -> None:
    for name in ("event_consent", "event_publish"):
        found = read(raw(name))
        assert isinstance(found, CustomerSignal)
        assert found.kind != "unsupported"
        assert parse_message(raw(name).decode()).type == "unknown"


@pytest.mark.parametrize("name", EVERY_FILE)
def test_wechatpy_reads_the_same_sender_time_and_number(name: str) -> None:
    theirs, ours = parse_message(raw(name).decode()), read(raw(name))
    if not isinstance(ours, CustomerMessage | CustomerSignal):
        assert theirs.id == int(ours.provider_id)
        return
    assert theirs.source == ours.address.value
    assert theirs.time == int(ours.sent_at.timestamp())
    if isinstance(ours, CustomerMessage):
        assert ours.external_id.rpartition(":")[2] == str(theirs.id)


def test_of_wechatpy_only_the_cipher_is_used() -> None:
    """Its token address is fixed, its calls have no time-out and its retry never ends."""
    folder = Path(adapter.__file__).parent
    lines = {
        line.strip()
        for path in folder.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if line.lstrip().startswith(("import ", "from ")) and "wechatpy" in line
    }
    assert lines == {"from wechatpy.crypto import PrpCrypto"}
