"""Numbers of cards, identity cards and telephones in a text, however they are grouped.

Digits of any script, in groups with up to three separators between them. A number may stand in a
row of others; what looks like amounts or dates is none. Chinese words for digits count as digits
where so many stand in a row that they spell a number. Pure functions.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

SIGNS = r" .,/_|·•、。，．／－\-" + "\u00a0\u00ad\u2000-\u200f\u2010-\u2015\u2212"
SIGNS += "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
"""What may stand between groups, besides the end of a line and a tab."""

MOST_BETWEEN = 3
SHORTEST, LONGEST = 11, 19
LEAST_GROUP = 3
"""Groups inside a longer row are at least so long, but for the last."""

DIGITS = re.compile(r"\d+")
WORDS = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
"""Each is one digit. A sum (一百二十三万) has other words between them and is no row."""

LEAST_WORDS = 3
"""In a number that is spelt; in 卡号4111111111111111三天前 the word belongs to what follows."""

WORD_DIGITS = "0123456789０１２３４５６７８９"
WORD_SIGNS = " .,/_|-，、\u3000"
"""What may stand among words: zeros are often written as digits. And between them, besides the end
of a line and a tab."""

WORD_GAP = rf"(?:[{re.escape(WORD_SIGNS)}\t\r\n]|\\[trn]){{0,{MOST_BETWEEN}}}"
WORD_ROW = re.compile(
    rf"[{WORDS}{WORD_DIGITS}](?:{WORD_GAP}[{WORDS}{WORD_DIGITS}]){{{SHORTEST - 1},}}"
)
"""In a text, or in the JSON of it."""

SPELT = str.maketrans(WORDS, "001234567891123456789")
BETWEEN = re.compile(rf"[{SIGNS}\t\r\n]{{1,{MOST_BETWEEN}}}")
HIDDEN = "****"
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

CARD_CUTS = (frozenset({4, 8, 12, 16}), frozenset({4, 10}), frozenset({6, 12}))
"""After which digits a card number is usually divided."""

UNION_PAY, SHORTEST_UNION_PAY = "62", 16
PHONE_CUTS = (frozenset({3, 7}), frozenset({4, 8}))
ISSUERS = re.compile(r"[3-9]|2(?:20[0-4]|2[2-9]|[3-6]|7[01]|720)")
"""How card numbers begin; asked of divided ones, as sums and dates mostly begin otherwise."""

PHONE = re.compile(r"(?:(?:00)?86)?(1[3-9]\d{9})")
DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d([./-])\d{1,2}\1\d{1,2}|\d{1,2}([./-])\d{1,2}\2(?:19|20)\d\d)(?!\d)"
)
AMOUNT = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)"
AMOUNTS = re.compile(rf"{AMOUNT}(?:[^.\d]{{1,3}}{AMOUNT})+|\d+(?:,\d{{3}})*\.\d{{1,2}}")
LIST_SIGN = re.compile(r"[,，、]\s")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
BIRTH = re.compile(r"\d{6}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True)
class Sensitive:
    """`kind`: "identity", "card" or "phone"; `value` as it was written."""

    kind: str
    value: str

    @property
    def digits(self) -> str:
        return _plain(self.value)

    @property
    def masked(self) -> str:
        if self.kind == "phone":
            return f"{self.digits[-11:-8]}{HIDDEN}{self.digits[-4:]}"
        return f"{HIDDEN}{self.digits[-4:]}"


@dataclass(frozen=True, slots=True)
class Group:
    """Digits without a gap. `after`: what stands between them and the next, "" at the end."""

    start: int
    end: int
    after: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Groups `first` to `last` of a row. `whole`: all of it, or of a stretch with one separator.

    `digits` are plain; `cuts` after how many of them a group ends; `word`: a letter touches it.
    """

    first: int
    last: int
    start: int
    text: str
    digits: str
    cuts: frozenset[int]
    whole: bool
    word: bool


def found_in(text: str) -> list[tuple[int, Sensitive]]:
    """What is to be hidden, and where it begins, in the order of the text."""
    found = _found(text)
    plain = WORD_ROW.sub(lambda row: row[0].translate(SPELT), text)
    if plain != text:
        found += _spelt(text, _found(plain), found)
    return sorted(found, key=lambda one: one[0])


def _spelt(
    text: str, plain: Sequence[tuple[int, Sensitive]], known: Sequence[tuple[int, Sensitive]]
) -> Iterator[tuple[int, Sensitive]]:
    """Of what was found with digits for words: what is written in words and was not known."""
    taken = [range(start, start + len(each.value)) for start, each in known]
    for start, each in plain:
        end = start + len(each.value)
        value = text[start:end]
        words = sum(now != before for now, before in zip(each.value, value, strict=True))
        free = all(end <= other.start or other.stop <= start for other in taken)
        if words >= LEAST_WORDS and free:
            yield start, Sensitive(each.kind, value)


def _found(text: str) -> list[tuple[int, Sensitive]]:
    found: list[tuple[int, Sensitive]] = []
    for row in _rows(text):
        candidates = list(_candidates(text, row))
        taken: set[int] = set()
        for kind, holds in KINDS:
            for each in candidates:
                groups = range(each.first, each.last + 1)
                if taken.isdisjoint(groups) and holds(each):
                    taken.update(groups)
                    found.append((each.start, Sensitive(kind, each.text)))
    return found


def _rows(text: str) -> Iterator[Sequence[Group]]:
    """Groups that nothing but separators divides."""
    row: list[Group] = []
    spans = [match.span() for match in DIGITS.finditer(text)]
    for place, (start, end) in enumerate(spans):
        following = spans[place + 1][0] if place + 1 < len(spans) else end
        after = text[end:following]
        joined = BETWEEN.fullmatch(after) is not None
        row.append(Group(start, end, after if joined else ""))
        if not joined:
            yield row
            row = []


def _candidates(text: str, row: Sequence[Group]) -> Iterator[Candidate]:
    """From the left, the longer first."""
    wholes = _wholes(row)
    for first in range(len(row)):
        whole = wholes.get(first, set())
        for last in sorted({*whole, *_usual_ends(row, first)}, reverse=True):
            yield _candidate(text, row, first, last, whole=last in whole)


def _wholes(row: Sequence[Group]) -> dict[int, set[int]]:
    """Where the row, and each stretch of it with one separator, begins and ends."""
    spans = [(0, len(row) - 1)]
    for _, stretch in groupby(range(len(row) - 1), key=lambda place: row[place].after):
        places = list(stretch)
        spans.append((places[0], places[-1] + 1))
    found: dict[int, set[int]] = {}
    for first, last in spans:
        groups = row[first : last + 1] if last - first < LONGEST else ()
        if SHORTEST <= sum(group.end - group.start for group in groups) <= LONGEST:
            found.setdefault(first, set()).add(last)
    return found


def _usual_ends(row: Sequence[Group], first: int) -> Iterator[int]:
    length = 0
    for last in range(first, len(row)):
        size = row[last].end - row[last].start
        length += size
        if length > LONGEST:
            return
        if length >= SHORTEST:
            yield last
        if size < LEAST_GROUP and last > first:
            return


def _candidate(text: str, row: Sequence[Group], first: int, last: int, *, whole: bool) -> Candidate:
    start, end = row[first].start, row[last].end
    digits = "".join(_plain(text[group.start : group.end]) for group in row[first : last + 1])
    if len(digits) == 17 and text[end : end + 1] in {"x", "X"}:
        digits, end = digits + "X", end + 1
    cuts, passed = set(), 0
    for group in row[first:last]:
        passed += group.end - group.start
        cuts.add(passed)
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if before == "+":
        start -= 1
    return Candidate(
        first=first,
        last=last,
        start=start,
        text=text[start:end],
        digits=digits,
        cuts=frozenset(cuts),
        whole=whole,
        word=not LETTERS.isdisjoint((before, after)),
    )


def _plain(text: str) -> str:
    """Digits of any script, and words for them, as plain ones; X closes some identity numbers."""
    upper = text.upper().translate(SPELT)
    plain = (str(int(letter)) if letter.isdecimal() else letter for letter in upper)
    return "".join(letter for letter in plain if letter.isdigit() or letter == "X")


def _is_identity(it: Candidate) -> bool:
    """GB 11643: a day of birth, and the last sign checks the others."""
    if len(it.digits) != 18 or it.word or not BIRTH.match(it.digits):
        return False
    pairs = zip(it.digits[:17], WEIGHTS, strict=True)
    return it.digits[17] == CHECKS[sum(int(digit) * weight for digit, weight in pairs) % 11]


def _is_card(it: Candidate) -> bool:
    """ISO/IEC 7812: the Luhn sum. Most other long numbers fail it; what begins as cards of this
    country do is hidden with a slip of the finger too."""
    if len(it.digits) < 13 or it.digits.endswith("X"):
        return False
    if not it.cuts and it.digits.startswith(UNION_PAY) and len(it.digits) >= SHORTEST_UNION_PAY:
        return True
    usual = any(it.cuts <= cuts for cuts in CARD_CUTS)
    if it.cuts and not (usual or (it.whole and not _is_sum(it.text))):
        return False
    return (not it.cuts or ISSUERS.match(it.digits) is not None) and _luhn(it.digits)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0 and len(set(digits)) > 1


def _is_sum(text: str) -> bool:
    """Amounts with decimals or thousands, or what has too few digits without its dates."""
    plain = _plain(DATE.sub("", text))
    return len(plain) < 13 or AMOUNTS.fullmatch(text) is not None


def _is_phone(it: Candidate) -> bool:
    match = PHONE.fullmatch(it.digits)
    if match is None or it.word or LIST_SIGN.search(it.text):
        return False
    prefix = match.start(1)
    cuts = frozenset(cut - prefix for cut in it.cuts if cut > prefix)
    return any(cuts <= usual for usual in PHONE_CUTS) or (it.whole and len(cuts) == 10)


def _is_phone_abroad(it: Candidate) -> bool:
    return len(it.digits) > 11 and _is_phone(it)


KINDS: tuple[tuple[str, Callable[[Candidate], bool]], ...] = (
    ("identity", _is_identity),
    ("phone", _is_phone_abroad),
    ("card", _is_card),
    ("phone", _is_phone),
)
