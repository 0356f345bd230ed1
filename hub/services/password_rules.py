"""What a new password must be. Pure functions; the words and runs here are our own short list."""

import re
from dataclasses import dataclass

MAX_PASSWORD = 256

_WORDS = """
    password passw0rd p@ssw0rd p@ssword passwort letmein welcome changeme default secret
    administrator admin root guest login user test testing tester demo example master superuser
    operator supervisor agent contact contactcenter callcenter helpdesk support service customer
    bank banking wechat weixin lianluo iloveyou sunshine princess dragon monkey football baseball
    basketball superman batman trustno1 starwars whatever freedom flower summer winter spring
    autumn monday friday hello qwerty qwertyuiop qwert asdfgh asdfghjkl zxcvbn zxcvbnm 1q2w3e4r
    1qaz2wsx 1q2w3e4r5t qazwsx qazwsxedc q1w2e3r4 abc123 abcd1234 a1b2c3d4 aa123456 a123456
    a123456789 woaini woaini1314 woaini520 5201314 1314520 520520 nihao nihao123 zhongguo beijing
    shanghai china mima mima123 yinhang kefu zuoxi banzhang guanliyuan haoyun facai 123qwe qwe123
    asd123 zxc123 11111111 88888888 66666666 00000000 12341234 12121212 11223344 112233 147258369
    159357 789456123 987654321 0123456789
"""
COMMON = frozenset(_WORDS.split())
"""Guessed first. Compared without case and with what stands around a word cut off."""

LEET = str.maketrans("@$!013457", "asioieast")
EDGE = re.compile(r"^[\W\d_]+|[\W\d_]+$")
RUNS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm")


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRules:
    """`history`: so many earlier passwords are not taken again; `refused` words are too common."""

    min_length: int = 10
    history: int = 5
    refused: frozenset[str] = COMMON

    def problem(self, username: str, password: str) -> str:
        """Why it is not taken, "" when it is."""
        if not self.min_length <= len(password) <= MAX_PASSWORD:
            return f"a password has {self.min_length} to {MAX_PASSWORD} characters"
        if self.refused:
            folded = password.casefold()
            if len(username) >= 3 and username.casefold() in folded:
                return "a password does not hold the user name"
            if self._is_common(folded):
                return "this password is among the first ones somebody would guess"
        return ""

    def _is_common(self, folded: str) -> bool:
        word = EDGE.sub("", folded)
        plain = folded.translate(LEET)
        return (
            not {folded, word, plain, EDGE.sub("", plain)}.isdisjoint(self.refused)
            or len(set(folded)) <= 3
            or _is_a_run(folded)
        )


def _is_a_run(text: str) -> bool:
    """One row of keys or letters, forwards or backwards, perhaps repeated."""
    size = len(text)
    return any(
        text in (row * (size // len(row) + 2)) or text[::-1] in (row * (size // len(row) + 2))
        for row in RUNS
    )
