"""``pathsim serve``: the app in a browser, for those who have the link, and nothing for anybody else."""

import asyncio
import base64
import os
import signal
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import aiohttp
import pytest
from visitors import ServerProcess, Visitor, all_gone, is_running, visiting

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
MOST = 3
SCENARIO = "two-arm-exponential"
FULL, BROKEN = 4001, 4003


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    made = ServerProcess(SCENARIO, "--seed", "21", "--visitors", str(MOST), folder=tmp_path_factory.mktemp("served"))
    yield made
    made.stop()


@pytest.fixture
async def visitor(server: ServerProcess) -> AsyncIterator[Visitor]:
    async with visiting(server.link) as made:
        await made.until("about to begin")
        yield made


async def test_who_comes_is_greeted_in_words_that_are_true_of_a_page(visitor: Visitor) -> None:
    await visitor.until("reload the page to see this again")
    assert "pathsim app" not in visitor.text


async def test_the_first_that_is_drawn_is_the_trial(visitor: Visitor) -> None:
    assert "simulating" not in visitor.first_picture
    assert "about to begin" in visitor.first_picture


async def test_a_key_begins_the_trial_and_the_curves_move(visitor: Visitor) -> None:
    await visitor.press(" ")
    await visitor.until("▶")
    before = visitor.text
    await visitor.until(lambda: visitor.text != before and "enrolled" in visitor.text, "the trial moves")
    await visitor.press("G")
    await visitor.until("1-sided P")


async def test_the_terminal_takes_the_size_of_the_window_within_bounds(visitor: Visitor) -> None:
    await visitor.press(" ")
    await visitor.until("enrolled")
    visitor.screen.resize(30, 90)
    await visitor.say("resize", {"width": 90, "height": 30})
    await visitor.until(lambda: visitor.screen.display[29].strip().startswith("space"), "keys on the last row")
    await visitor.say("resize", {"width": 5000, "height": 2000})
    received = visitor.bytes
    await visitor.until(lambda: visitor.bytes > received, "a picture of the largest size")
    await asyncio.sleep(0)
    assert visitor.bytes - received < 2_000_000


async def test_a_trial_that_nobody_sees_stands_still(server: ServerProcess, visitor: Visitor) -> None:
    def date(of: Visitor) -> str:
        return of.screen.display[0][:40]

    async with visiting(server.link) as seen:
        for one in (visitor, seen):
            await one.until("about to begin")
            await one.press(" ")
            await one.until("▶")
        await visitor.say("seen", False)  # noqa: FBT003 - as the page says it
        # A key is answered all the same, and what it shows comes after the last frame.
        await visitor.press("[")
        await visitor.until("2 months/s")
        hidden, dates = date(visitor), {date(seen)}
        await seen.until(lambda: dates.add(date(seen)) or len(dates) > 4, "some days")
        assert date(visitor) == hidden
        await visitor.say("seen", True)  # noqa: FBT003
        await visitor.until(lambda: date(visitor) != hidden, "another day")


async def test_what_is_saved_goes_to_the_visitor_and_nothing_is_written_here(visitor: Visitor) -> None:
    before = set(Path.cwd().iterdir())
    await visitor.press(" ")
    await visitor.until("enrolled")
    await visitor.press("\x1b[C")
    await visitor.until("1 changed")
    await visitor.press("s")
    await visitor.until("Download the changed scenario as")
    # All of it is selected.
    await visitor.press("../../etc/evil name")
    await visitor.until("../../etc/evil name")
    await visitor.press("\r")
    await visitor.until(lambda: visitor.files, "the file")
    name, text = visitor.files[0]["name"], base64.b64decode(visitor.files[0]["content"]).decode()
    assert name == "evil name.toml"
    assert tomllib.loads(text)["extends"] == SCENARIO
    assert set(Path.cwd().iterdir()) == before


async def test_who_does_not_have_the_link_gets_nothing(server: ServerProcess) -> None:
    home = server.link.partition("/join")[0]
    async with aiohttp.ClientSession() as session:
        for path in ("/join/AAAAAAAA", "/join?code=AAAA-AAAA"):
            async with session.get(home + path) as answer:
                assert answer.status == 404
                assert "not known" in await answer.text()
        with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
            await session.ws_connect(f"{home}/join/AAAAAAAA/ws", headers={"Origin": home})


async def test_the_code_can_be_typed_as_people_type(server: ServerProcess) -> None:
    home, _, token = server.link.rpartition("/join/")
    typed = f" {token[:4].lower()} - {token[4:].lower()} ".replace("0", "o").replace("1", "l")
    async with aiohttp.ClientSession() as session, session.get(f"{home}/join", params={"code": typed}) as answer:
        assert answer.status == 200
        assert "terminal.js" in await answer.text()


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}, {"Origin": ""}],
)
async def test_a_page_of_somebody_elses_is_refused(server: ServerProcess, headers: dict[str, str]) -> None:
    home = server.link.partition("/join")[0]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{server.link}/ws", headers={"Origin": home} | headers)


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/..%2f..%2fserver.py", "/assets/../../etc/passwd", "/static/", "/assets/page.html"]
)
async def test_only_the_files_of_the_page_can_be_had(server: ServerProcess, path: str) -> None:
    home = server.link.partition("/join")[0]
    async with aiohttp.ClientSession() as session:
        async with session.get(aiohttp.client.URL(home + path, encoded=True)) as answer:
            assert answer.status == 404
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        async with session.get(f"{home}/assets/terminal.js") as answer:
            assert answer.status == 200


async def test_who_comes_when_all_places_are_taken_is_told_and_the_others_go_on(server: ServerProcess) -> None:
    async with AsyncExitStack() as here:
        inside = [await here.enter_async_context(visiting(server.link)) for _ in range(MOST)]
        for one in inside:
            await one.until("about to begin")
        async with visiting(server.link) as late:
            assert await late.gone() == FULL
        await inside[0].press(" ")
        await inside[0].until("enrolled")
        await inside[1].close()
        async with visiting(server.link) as next_one:
            await next_one.until("about to begin")


@pytest.mark.parametrize("message", ["x" * 10_000_000, "no json", '"stdin"', '["stdin", 7]', "[]", '["resize", {}]'])
async def test_what_makes_no_sense_ends_that_connection_alone(
    server: ServerProcess, visitor: Visitor, message: str
) -> None:
    async with visiting(server.link) as other:
        # A server that has heard enough hangs up in the middle of it.
        with suppress(aiohttp.ClientError, ConnectionError):
            await other.connection.send_str(message)
        assert await other.gone() is not None
    await visitor.press(" ")
    await visitor.until("enrolled")


async def test_bytes_that_are_no_keys_are_left_out(visitor: Visitor) -> None:
    await visitor.press("\ud800", "\x1b[9999999999999999999;1M", "\x1b[<0;99999999;1M", "\x1b]52;", "\x1b\\", "\x00")
    await visitor.press(" ")
    await visitor.until("enrolled")


async def test_two_hundred_connections_at_once_leave_nothing_behind(server: ServerProcess, visitor: Visitor) -> None:
    before = set(server.descendants())

    async def knock() -> None:
        async with visiting(server.link):
            pass

    await asyncio.gather(*(knock() for _ in range(200)))
    await all_gone(set(server.descendants()) - before)
    await visitor.press(" ")
    await visitor.until("enrolled")


async def test_an_interface_that_is_killed_is_told_of_and_the_others_go_on(
    server: ServerProcess, visitor: Visitor
) -> None:
    before = set(server.descendants())
    async with visiting(server.link) as other:
        await other.until("about to begin")
        for pid in set(server.descendants()) - before:
            os.kill(pid, signal.SIGKILL)
        assert await other.gone() == BROKEN
    await visitor.press(" ")
    await visitor.until("enrolled")


async def test_a_worker_that_is_killed_can_be_started_again(server: ServerProcess) -> None:
    before = set(server.descendants())
    async with visiting(server.link) as visitor:
        await visitor.until("about to begin")
        # The worker is the child of the interface, so it is the younger one.
        worker = max(set(server.descendants()) - before)
        os.kill(worker, signal.SIGKILL)
        await visitor.press(" ")
        await visitor.until("Press R")
        await visitor.press("R", " ")
        await visitor.until("▶")


async def test_who_leaves_takes_their_processes_along(server: ServerProcess) -> None:
    before = set(server.descendants())
    async with visiting(server.link) as visitor:
        await visitor.until("about to begin")
        mine = set(server.descendants()) - before
        assert mine
    await all_gone(mine)


async def test_a_server_that_is_killed_leaves_nobody_behind(tmp_path: Path) -> None:
    server = ServerProcess(SCENARIO, folder=tmp_path)
    async with visiting(server.link) as visitor:
        await visitor.until("about to begin")
        processes = set(server.descendants())
        assert len(processes) >= 3
        server.stop(signal.SIGKILL)
        await all_gone(processes)
        assert await visitor.gone() is not None


async def test_ctrl_c_ends_it_without_a_word(tmp_path: Path) -> None:
    server = ServerProcess(SCENARIO, folder=tmp_path)
    async with visiting(server.link) as visitor:
        await visitor.until("about to begin")
        processes = set(server.descendants())
        server.stop(signal.SIGTERM)
        assert server.process.returncode == 0
        assert await visitor.gone() == aiohttp.WSCloseCode.GOING_AWAY
        await all_gone(processes)
    assert "Traceback" not in server.errors
    assert not is_running(server.process.pid)
