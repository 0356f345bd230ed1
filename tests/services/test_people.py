"""What `lianluo user …` and `lianluo queue …` do to people, their sessions and queues."""

from base64 import b64encode

import pytest
from pydantic import SecretStr

from hub.config.seal import vault_of
from hub.config.settings import Security, Settings
from hub.http.passwords import ArgonPasswords
from hub.maintenance import add_user, list_queues, set_disabled, set_password, set_queue
from hub.model.desk import Medium, Skill, Slots
from hub.ports import Documents
from hub.runtime.clock import SystemClock
from hub.services.access import Access
from hub.services.audit import Audit
from hub.store.memory.database import Database
from hub.store.memory.stores import MemoryStores

FIRST, SECOND = "correct horse battery", "another good password"
SETTINGS = Settings(security=Security(seal_key=SecretStr(b64encode(b"k" * 32).decode())))


@pytest.fixture
def documents() -> Documents:
    return MemoryStores(Database(), SystemClock()).documents


@pytest.fixture
async def access(documents: Documents) -> Access:
    assert await add_user(documents, SETTINGS, "wang", "王晓", "agent", FIRST) == 0
    return Access(documents, SystemClock(), ArgonPasswords())


async def test_a_disabled_users_sessions_end_and_enabling_revives_none(
    documents: Documents, access: Access
) -> None:
    entered = await access.sign_in("wang", FIRST)
    assert entered is not None
    assert await set_disabled(documents, SETTINGS, "wang", disabled=True) == 0
    assert await access.session_of(entered[0]) is None
    assert await access.sign_in("wang", FIRST) is None
    assert await set_disabled(documents, SETTINGS, "wang", disabled=False) == 0
    assert await access.session_of(entered[0]) is None
    assert await access.sign_in("wang", FIRST) is not None


async def test_a_new_password_ends_sessions_and_replaces_the_old_one(
    documents: Documents, access: Access
) -> None:
    entered = await access.sign_in("wang", FIRST)
    assert entered is not None
    assert await set_password(documents, SETTINGS, "wang", SECOND) == 0
    assert await access.session_of(entered[0]) is None
    assert await access.sign_in("wang", FIRST) is None
    assert await access.sign_in("wang", SECOND) is not None


async def test_what_cannot_be_done_to_a_user_is_said(
    documents: Documents, access: Access, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = SETTINGS
    assert await set_password(documents, settings, "wang", "short") == 2
    assert await set_password(documents, settings, "nobody", SECOND) == 1
    assert await set_disabled(documents, settings, "nobody", disabled=True) == 1
    assert capsys.readouterr().err.splitlines() == [
        "wang: a password has 10 to 256 characters",
        "there is no user nobody",
        "there is no user nobody",
    ]


async def test_skills_and_slots_are_given_with_the_user(documents: Documents) -> None:
    given = (["loan:3", "card"], ["text=6"])
    assert await add_user(documents, SETTINGS, "li", "李静", "supervisor", FIRST, *given) == 0
    user = await Access(documents, SystemClock(), ArgonPasswords()).user_of("li")
    assert user is not None
    assert user.skills == (Skill(skill="loan", level=3), Skill(skill="card", level=1))
    assert user.capacity == (Slots(medium=Medium.TEXT, count=6),)


@pytest.mark.parametrize(
    ("skills", "slots", "problem"),
    [
        (["loan:6"], [], "'loan:6' is no skill"),
        ([":3"], [], "':3' is no skill"),
        ([], ["fax=2"], "'fax=2' are no slots"),
        ([], ["text=many"], "'text=many' are no slots"),
    ],
)
async def test_a_wrong_skill_or_slot_names_itself_and_adds_nobody(
    documents: Documents,
    skills: list[str],
    slots: list[str],
    problem: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await add_user(documents, SETTINGS, "li", "", "agent", FIRST, skills, slots) == 2
    assert problem in capsys.readouterr().err
    assert await documents.get("users", "li") is None


async def test_a_queue_is_added_changed_and_handed_to_the_desk(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stores = MemoryStores(Database(), SystemClock())
    documents, inbox = stores.documents, stores.heart.inbox
    new = {"name": "信用卡", "name_en": "Cards", "skills": ["card:2"], "priority": None}
    assert await set_queue(documents, inbox, "card", new, {"offer_for": 15}) == 0
    later = {"name": None, "name_en": None, "skills": None, "priority": 2}
    assert await set_queue(documents, inbox, "card", later, {"offer_for": None}) == 0
    capsys.readouterr()
    assert await list_queues(documents, SETTINGS) == 0
    assert capsys.readouterr().out.splitlines() == [
        "card  信用卡 Cards  priority 2  card:2",
        "general  综合服务 General  priority 5",
    ]
    sources = await inbox.sources(range(256), 10)
    rows = await inbox.fetch([key for _, key in await inbox.keys(sources, 10)])
    told = [row["body"]["queues"] for row in rows.values()]
    assert [[queue["queue_id"] for queue in queues] for queues in told] == [["card", "general"]] * 2


async def test_a_queue_that_cannot_be_names_why(capsys: pytest.CaptureFixture[str]) -> None:
    stores = MemoryStores(Database(), SystemClock())
    for key, given, problem in (
        ("Karte!", {}, "a queue is a-z"),
        ("card", {"skills": ["card:9"]}, "'card:9' is no skill"),
    ):
        assert await set_queue(stores.documents, stores.heart.inbox, key, given, {}) == 2
        assert problem in capsys.readouterr().err


async def test_what_the_command_line_does_to_people_stands_in_the_audit_log(
    documents: Documents, access: Access
) -> None:
    await set_password(documents, SETTINGS, "wang", SECOND)
    await set_disabled(documents, SETTINGS, "wang", disabled=True)
    await set_disabled(documents, SETTINGS, "nobody", disabled=True)
    audit = Audit(documents, SystemClock(), vault_of(SETTINGS))
    rows = (await audit.page({}, limit=9)).rows
    told = [(row["act"], row["object"], row["outcome"], row["begun"]) for row in reversed(rows)]
    assert told == [
        ("user.added", "wang", "begun", 0),
        ("user.added", "wang", "done", 1),
        ("password.reset", "wang", "begun", 0),
        ("password.reset", "wang", "done", 3),
        ("user.disabled", "wang", "begun", 0),
        ("user.disabled", "wang", "done", 5),
        ("user.disabled", "nobody", "begun", 0),
        ("user.disabled", "nobody", "refused", 7),
    ]
    assert {row["actor"] for row in rows} == {"system"}
