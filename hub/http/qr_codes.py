"""`/api/v1/channel-accounts/{channel_id}/qr-codes`: codes that tell where a customer came from."""

from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Annotated

import segno
from pydantic import Field

from hub.http.channel_account_shapes import AccountPath
from hub.http.channel_accounts import ONE as ACCOUNT, OPERATORS
from hub.http.media import CAUTION, attachment
from hub.http.outcomes import problem_of
from hub.http.problems import ProblemError
from hub.http.route import AnyRoute, Call, Reply, Route, Streamed
from hub.http.shapes import INTEGRAL, Bytes, EntryKey, Limit, Name, Nothing, Shape
from hub.model.ids import ChannelId, QueueId
from hub.services.commands import Missing, Refusal
from hub.services.qr_codes import QrCodes, SceneCode, WantedCode

LIST = ACCOUNT + "/qr-codes"
ONE = LIST + "/{scene}"
LONGEST_S = 2_592_000
DOTS_A_MODULE = 12
Scene = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_:-][A-Za-z0-9_.:-]{0,63}$", examples=["branch-7"])
]


class QrQuery(Shape):
    cursor: Scene | None = Field(default=None, description="`next` of the page before.")
    limit: Limit = 50


class QrPath(AccountPath):
    scene: Scene


class QrShape(Shape):
    """`label` is what colleagues read of a scan, `queue_id` where a hand-off waits that follows
    one (null: as the rules say). `url` is what the picture says."""

    scene: Scene
    label: Name
    queue_id: EntryKey | None
    url: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = Field(description="null: it holds for ever.")


class QrPage(Shape):
    items: tuple[QrShape, ...]
    next: str | None = Field(description="`cursor` of the next page, null at the end.")


class QrChangeBody(Shape):
    label: Name
    queue_id: EntryKey | None = None

    @property
    def queue(self) -> QueueId | None:
        return None if self.queue_id is None else QueueId(self.queue_id)


class QrBody(QrChangeBody):
    scene: Scene
    valid_s: Annotated[int, Field(ge=60, le=LONGEST_S), INTEGRAL] | None = Field(
        default=None, description="null: for ever; a provider makes a limited number of those."
    )


class QrCodeApi:
    def __init__(self, codes: QrCodes) -> None:
        self._codes = codes

    def routes(self) -> tuple[AnyRoute, ...]:
        ours = partial(Route, tag="Channel accounts", roles=OPERATORS)
        one = partial(ours, path=ONE, params=QrPath)
        return (
            ours(
                method="GET",
                path=LIST,
                name="list_qr_codes",
                summary="Codes of the account, by scene",
                handle=self.page,
                params=AccountPath,
                query=QrQuery,
                answers={200: QrPage},
            ),
            ours(
                method="POST",
                path=LIST,
                name="create_qr_code",
                summary="Make a code; one that is over may be made anew under its scene",
                handle=self.create,
                params=AccountPath,
                body=QrBody,
                answers={201: QrShape},
                problems=frozenset({404, 409}),
                audit="channel.code_created",
            ),
            one(
                method="PUT",
                name="change_qr_code",
                summary="Another label or queue for what is scanned from now on",
                handle=self.change,
                body=QrChangeBody,
                answers={200: QrShape},
                problems=frozenset({404, 409}),
                audit="channel.code_changed",
            ),
            one(
                method="DELETE",
                name="forget_qr_code",
                summary="Forget a label; no provider takes a code itself back",
                handle=self.forget,
                answers={204: None},
                problems=frozenset({404}),
                audit="channel.code_forgotten",
            ),
            Route(
                method="GET",
                path=ONE + "/picture",
                name="get_qr_picture",
                tag="Channel accounts",
                summary="The code as a PNG to print",
                handle=self.picture,
                params=QrPath,
                answers={200: Bytes},
                problems=frozenset({404}),
                roles=OPERATORS,
            ),
        )

    async def page(self, call: Call[AccountPath, QrQuery, Nothing]) -> Reply:
        asked, channel_id = call.query, ChannelId(call.path.channel_id)
        found = await self._codes.page(channel_id, limit=asked.limit + 1, after=asked.cursor or "")
        shown = found[: asked.limit]
        more = shown[-1].scene if len(found) > asked.limit else None
        return Reply(status=200, content=QrPage(items=tuple(map(_shape, shown)), next=more))

    async def create(self, call: Call[AccountPath, Nothing, QrBody]) -> Reply:
        asked = call.body
        wanted = WantedCode(
            scene=asked.scene,
            label=asked.label.strip(),
            valid=None if asked.valid_s is None else timedelta(seconds=asked.valid_s),
            queue_id=asked.queue,
        )
        author = call.signed_in.user.author
        made = await self._codes.create(ChannelId(call.path.channel_id), wanted, author=author)
        return _told(made, 201)

    async def change(self, call: Call[QrPath, Nothing, QrChangeBody]) -> Reply:
        asked = call.body
        changed = await self._codes.change(
            ChannelId(call.path.channel_id), call.path.scene, asked.label.strip(), asked.queue
        )
        return _told(changed, 200)

    async def forget(self, call: Call[QrPath, Nothing, Nothing]) -> Reply:
        if not await self._codes.forget(ChannelId(call.path.channel_id), call.path.scene):
            raise ProblemError("not_found")
        return Reply(status=204, subject=call.path.scene)

    async def picture(self, call: Call[QrPath, Nothing, Nothing]) -> Reply:
        code = await self._codes.get(ChannelId(call.path.channel_id), call.path.scene)
        if code is None:
            raise ProblemError("not_found")
        file = BytesIO()
        segno.make(code.url, error="m").save(file, kind="png", scale=DOTS_A_MODULE)
        name = f"qr-{code.channel_id}-{code.scene}.png".replace(":", "-")
        headers = {
            **CAUTION,
            "Content-Type": "image/png",
            "Content-Length": str(len(file.getvalue())),
            "Content-Disposition": attachment(name),
        }
        return Reply(status=200, streamed=Streamed(content=file.getvalue(), headers=headers))


def _told(found: SceneCode | Missing | Refusal, status: int) -> Reply:
    if isinstance(found, Missing | Refusal):
        raise problem_of(found)
    return Reply(status=status, content=_shape(found), subject=found.scene)


def _shape(code: SceneCode) -> QrShape:
    return QrShape(
        scene=code.scene,
        label=code.label,
        queue_id=code.queue_id,
        url=code.url,
        created_at=code.created_at,
        created_by=code.created_by,
        expires_at=code.expires_at,
    )
