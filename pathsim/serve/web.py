"""The pages of the server, and who is let in: the word in the link, the host and the origin of a request."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from importlib.resources import files
from typing import NamedTuple

from aiohttp import web

from pathsim.serve.token import drawn_visitor, is_same, read_token

VISITOR_COOKIE = "pathsim_visitor"
COOKIE_SECONDS = 60 * 60 * 12
WRONG_SECONDS, MOST_WRONG = 0.5, 8
"""How long who has the wrong word waits, and how many are heard in that time: so nobody tries all of them."""
FRAMEWORK = "textual_serve"
"""The package that has the terminal of the page."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:;"
        " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Nothing on the page comes from elsewhere, and nothing elsewhere has the page in it."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Asset(NamedTuple):
    """A file of the page."""

    content: bytes
    kind: str


def assets() -> dict[str, Asset]:
    """The files of the page by name; nothing else can be had."""
    ours, theirs = files(__package__) / "page", files(FRAMEWORK) / "static"
    return {
        "page.js": Asset((ours / "page.js").read_bytes(), "text/javascript"),
        "page.css": Asset((ours / "page.css").read_bytes(), "text/css"),
        "terminal.js": Asset((theirs / "js" / "textual.js").read_bytes(), "text/javascript"),
        "terminal.css": Asset((theirs / "css" / "xterm.css").read_bytes(), "text/css"),
        "mono.ttf": Asset((theirs / "fonts" / "RobotoMono-VariableFont_wght.ttf").read_bytes(), "font/ttf"),
    }


class Doorkeeper:
    """Decides who is let in."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.hosts: Collection[str] = ()
        """What the server is called in addresses, with its port."""
        self._wrong = asyncio.Semaphore(MOST_WRONG)

    def is_ours(self, request: web.Request) -> bool:
        """Whether it is asked for by a name that is ours, and by a page of ours if by one.

        Else a page of somebody else's could have a browser here ask for it.
        """
        origin = request.headers.get("Origin")
        host = request.headers.get("Host", "").lower()
        return host in self.hosts and (origin is None or origin.lower() == f"http://{host}")

    async def knows_token(self, typed: str) -> bool:
        """Whether this is the word; who has a wrong one is told only after a while."""
        if is_same(self._token, typed):
            return True
        async with self._wrong:
            await asyncio.sleep(WRONG_SECONDS)
        return False


@web.middleware
async def with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer says what a browser may do with it, also one that is none."""
    try:
        answer = await handler(request)
    except web.HTTPException as refusal:
        refusal.headers.update(HEADERS)
        raise
    if not answer.prepared:
        answer.headers.update({name: value for name, value in HEADERS.items() if name not in answer.headers})
    return answer


class Pages:
    """What a browser gets: where to type the word, the page with the terminal, and its files."""

    def __init__(self, doorkeeper: Doorkeeper) -> None:
        self._doorkeeper = doorkeeper
        self._assets = assets()
        page = files(__package__) / "page"
        self._entrance = (page / "entrance.html").read_text("utf-8")
        self._terminal = (page / "terminal.html").read_text("utf-8")

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.get("/", self._entered),
            web.get("/join", self._typed),
            web.get("/join/{token}", self._joined),
            web.get("/assets/{name}", self._asset),
        ]

    async def _entered(self, request: web.Request) -> web.Response:
        self._refuse_others(request)
        return _page(self._entrance.replace("{{remark}}", ""))

    async def _typed(self, request: web.Request) -> web.Response:
        """The word as it was typed, to where it leads."""
        self._refuse_others(request)
        typed = request.query.get("code", "")
        if not await self._doorkeeper.knows_token(typed):
            return _page(self._entrance.replace("{{remark}}", NOT_KNOWN), status=404)
        raise web.HTTPSeeOther(f"/join/{read_token(typed)}")

    async def _joined(self, request: web.Request) -> web.Response:
        self._refuse_others(request)
        if not await self._doorkeeper.knows_token(request.match_info["token"]):
            return _page(self._entrance.replace("{{remark}}", NOT_KNOWN), status=404)
        answer = _page(self._terminal)
        if VISITOR_COOKIE not in request.cookies:
            answer.set_cookie(VISITOR_COOKIE, drawn_visitor(), max_age=COOKIE_SECONDS, httponly=True, samesite="Strict")
        return answer

    async def _asset(self, request: web.Request) -> web.Response:
        self._refuse_others(request)
        found = self._assets.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such file.")
        return web.Response(
            body=found.content, content_type=found.kind, headers={"Cache-Control": "private, max-age=86400"}
        )

    def _refuse_others(self, request: web.Request) -> None:
        if not self._doorkeeper.is_ours(request):
            raise web.HTTPForbidden(text="Open the address exactly as it was given to you.")


NOT_KNOWN = '<p class="remark" role="alert">This code is not known here. Look at it again, letter by letter.</p>'


def _page(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", status=status)
