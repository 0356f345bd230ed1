"""The simulator's signatures and envelopes; wechatpy is the independent side."""

import hashlib

import pytest
from hypothesis import given, settings, strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.parser import parse_message
from wechatpy.utils import check_signature

from channels.wechat.simulator.deliveries import make_post
from channels.wechat.simulator.seal import key_of, seal, signature, unseal
from tests.channels.simulator_stage import ACCOUNT
from tests.channels.support import ManualClock, world_of


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=300))
def test_what_the_simulator_seals_wechatpy_opens_and_the_other_way_round(text: str) -> None:
    theirs = PrpCrypto(key_of(ACCOUNT.aes_key))
    sealed = seal(text.encode(), ACCOUNT.aes_key, ACCOUNT.app_id)
    assert theirs.decrypt(sealed, ACCOUNT.app_id) == text
    back = theirs.encrypt(text, ACCOUNT.app_id).decode()
    assert unseal(back, ACCOUNT.aes_key) == (text.encode(), ACCOUNT.app_id)


@pytest.mark.parametrize("mode", ["compatible", "safe"])
def test_wechatpy_accepts_a_sealed_post(mode: str) -> None:
    world = world_of(ManualClock(), mode=mode)
    fields = {"ToUserName": ACCOUNT.id, "MsgType": "text", "Content": "你好😀", "MsgId": 1}
    post = make_post(world, "o1", fields)
    crypto = WeChatCrypto(ACCOUNT.token, ACCOUNT.aes_key, ACCOUNT.app_id)
    query = post.query
    plain = crypto.decrypt_message(
        post.body.decode(), query["msg_signature"], query["timestamp"], query["nonce"]
    )
    assert parse_message(plain).content == "你好😀"
    check_signature(ACCOUNT.token, query["signature"], query["timestamp"], query["nonce"])
    assert (b"<Content>" in post.body) is (mode == "compatible")


def test_wechatpy_accepts_a_plain_post() -> None:
    post = make_post(
        world_of(ManualClock(), mode="plain"), "o1", {"MsgType": "text", "Content": "x"}
    )
    query = post.query
    check_signature(ACCOUNT.token, query["signature"], query["timestamp"], query["nonce"])
    assert "encrypt_type" not in query
    assert parse_message(post.body.decode()).content == "x"


def test_signature_is_sha1_of_the_sorted_words() -> None:
    assert signature("b", "a", "c") == hashlib.sha1(b"abc", usedforsecurity=False).hexdigest()
