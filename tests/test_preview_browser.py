"""The page in a real browser: what a viewer sees and does."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import PATH, Chromium

from synrl.dataset.reading import Source
from synrl.preview import page as preview

pytestmark = pytest.mark.skipif(not PATH.exists(), reason=f"there is no browser at {PATH}")

EVIL = "</script><script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"
COT = "<think>\nFrom 0.0 to 1.0 s it waits for 1.5 s. At 1.2 s it goes [2.10, 3.50]; A is [1, 2].\n</think>\n"
TOLERANCE = 0.01
"""Seconds; a third of a frame."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    chromium = Chromium(tmp_path_factory.mktemp("profile"))
    yield chromium
    chromium.close()


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, Any]]:
    """Of a long family with options, of a short one, of the long one in another split, without options."""
    found = list(preview.labelled(Source.open(str(folder)), 1000, progress=False))

    def first(family: str, choice: bool, since: int = 0) -> dict[str, Any]:
        return [row for row in found if row["family"] == family and bool(row["options"]) == choice][since]

    some = [first("card_stack", True), first("collision_counting", True), first("card_stack", True, 1)]
    some = copy.deepcopy([*some, first("card_stack", False)])
    some[0]["cot"] = f"{COT}<answer>{some[0]['answer']}</answer>"
    some[2]["split"] = "test"
    return some


@pytest.fixture(scope="module")
def address(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "page.html"
    preview.write_page(rows, path, "rows")
    return path.as_uri()


@pytest.fixture
def page(browser: Chromium, address: str) -> Iterator[Chromium]:
    browser.resize(1280, 900)
    browser.open(address)
    browser.wait("cards[0].video.readyState >= 2")
    yield browser
    assert browser.complaints == []


def now(page: Chromium, card: int = 0) -> float:
    page.wait(f"!cards[{card}].video.seeking")
    return float(page.run(f"cards[{card}].video.currentTime"))


def test_a_video_plays_in_its_size_and_stops(page: Chromium) -> None:
    assert page.run("[cards[0].video.videoWidth, cards[0].video.videoHeight]") == [448, 448]
    page.click("cards[0].querySelector('.controls button')")
    page.wait("cards[0].video.currentTime > 0.2")
    page.click("cards[0].video")
    page.wait("cards[0].querySelector('.controls button').textContent === 'Play'")
    assert page.run("cards[0].video.paused")


def test_the_head_of_the_timeline_is_in_step_while_it_plays_and_after_a_seek(
    page: Chromium, rows: list[dict[str, Any]]
) -> None:
    head = "parseFloat(cards[0].querySelector('.head').style.left) / 100"
    page.run("cards[0].toggle()")
    page.wait(f"{head} > 0.05")
    page.run("cards[0].toggle()")
    page.wait("cards[0].querySelector('.controls button').textContent === 'Play'")
    assert page.run(head) == pytest.approx(now(page) / rows[0]["duration"], abs=1e-3)
    page.click("cards[0].querySelector('.bar .seen')")
    readable = rows[0]["states"][1]["frame"] / rows[0]["fps"]
    assert now(page) == pytest.approx(readable / 2, abs=0.02)
    assert page.run(head) == pytest.approx(now(page) / rows[0]["duration"], abs=1e-3)


@pytest.mark.parametrize(
    ("card", "column", "start"), [(0, "operations", "start_frame"), (1, "events", "frame")]
)
def test_a_click_on_what_happens_seeks_there_and_marks_it_in_timeline_and_table(
    page: Chromium, rows: list[dict[str, Any]], card: int, column: str, start: str
) -> None:
    for place, chosen in ((".bar button", 1), (".log tbody tr", 0)):
        page.run(f"cards[{card}].querySelector('.log').open = true")
        page.click(f"cards[{card}].querySelectorAll('{place}')[{chosen}]")
        assert now(page, card) == pytest.approx(
            rows[card][column][chosen][start] / rows[card]["fps"], abs=TOLERANCE
        )
        for marked in (".bar button", ".log tbody tr"):
            flags = page.run(
                f"[...cards[{card}].querySelectorAll('{marked}')].map(e => e.classList.contains('now'))"
            )
            assert flags.index(True) == chosen and flags.count(True) == 1


def test_the_timeline_tells_when_the_state_can_be_seen(page: Chromium, rows: list[dict[str, Any]]) -> None:
    hidden = next(state["frame"] for state in rows[0]["states"] if not state["visible"])
    blocks = "[...cards[0].querySelectorAll('.phase')].map(e => [e.className, parseFloat(e.style.width)])"
    (seen, width), (unseen, _) = page.run(blocks)[:2]
    assert (seen, unseen) == ("phase seen", "phase unseen")
    assert width == pytest.approx(100 * hidden / rows[0]["num_frames"], abs=0.01)
    legend = "[...cards[{}].querySelectorAll('.legend span')].map(e => e.textContent)"
    assert page.run(legend.format(0)) == ["operation", "state can be seen", "state is hidden"]
    assert page.run(legend.format(1)) == ["event"]


def test_the_answer_is_nowhere_until_an_option_is_clicked(page: Chromium, rows: list[dict[str, Any]]) -> None:
    right = ord(rows[0]["answer"]) - ord("A")
    wrong = (right + 1) % len(rows[0]["options"])
    marks = "[...cards[0].querySelectorAll('.option')].map(e => e.className)"
    options = [f"{'ABCDEFGH'[i]}. {option}" for i, option in enumerate(rows[0]["options"])]
    assert page.run("[...cards[0].querySelectorAll('.option')].map(e => e.innerText)") == options
    assert (
        set(page.run(marks)) == {"option"}
        and page.run("cards[0].querySelector('.verdict').textContent") == ""
    )
    page.click(f"cards[0].querySelectorAll('.option')[{wrong}]")
    assert page.run(marks)[wrong] == "option bad" and page.run(marks)[right] == "option good"
    assert page.run("cards[0].querySelector('.verdict').textContent").startswith(
        f"Wrong; right is {rows[0]['answer']}"
    )
    page.click(f"cards[0].querySelectorAll('.option')[{right}]")
    assert page.run(marks).count("option") == len(options) - 1
    assert page.run("cards[0].querySelector('.verdict').textContent") == "Right."
    page.press("a")
    assert set(page.run(marks)) == {"option"}


def test_an_open_answer_shows_on_demand(page: Chromium, rows: list[dict[str, Any]]) -> None:
    verdict = "cards[3].querySelector('.verdict').textContent"
    assert page.run(verdict) == ""
    page.click("[...cards[3].querySelectorAll('button')].find(e => e.textContent === 'Show answer')")
    assert rows[3]["answer"] in page.run(verdict)


def test_times_in_a_chain_of_thought_lead_into_the_video(page: Chromium, rows: list[dict[str, Any]]) -> None:
    page.run("cards[0].querySelectorAll('details').forEach(e => e.open = true)")
    assert page.run("cards[0].querySelector('.cot').textContent") == rows[0]["cot"]
    stamps = page.run("[...cards[0].querySelectorAll('.stamp')].map(e => e.textContent)")
    assert stamps == ["0.0 to 1.0 s", "1.2 s", "[2.10, 3.50]"]
    for i, time in enumerate((0.0, 1.2, 2.1)):
        page.click(f"cards[0].querySelectorAll('.stamp')[{i}]")
        assert now(page) == pytest.approx(time, abs=TOLERANCE)


@pytest.mark.parametrize(
    ("text", "stamps"),
    [
        ("at 1.2 s, and 1.3s, about 2 seconds", ["1.2 s", "1.3s", "2 seconds"]),
        ("from 1.0 to 2.5 s", ["1.0 to 2.5 s"]),
        ("from 1.0 s to 2.5 s", ["1.0 s to 2.5 s"]),
        ("between 1 and 2.5 seconds (0.5–1.5 s)", ["1 and 2.5 seconds", "0.5–1.5 s"]),
        ("[1.20, 3.50] or [1.20 s, 3.50 s]", ["[1.20, 3.50]", "[1.20 s, 3.50 s]"]),
        ("for 1.5 s, it takes 2 s, every 0.5 seconds", []),
        ("A is [1, 2], 3 slots, 2.5 px/s, 3 swaps, 1.5 stars, file1s", []),
        ("at 900.5 s", []),
    ],
)
def test_what_is_a_time_in_the_video_and_what_is_not(page: Chromium, text: str, stamps: list[str]) -> None:
    links = f"withStamps({json.dumps(text)}, rows[0], () => 0)"
    assert page.run(f"{links}.textContent") == text
    assert page.run(f"[...{links}.querySelectorAll('button')].map(e => e.textContent)") == stamps


def test_filters_hide_rows(page: Chromium, rows: list[dict[str, Any]]) -> None:
    def choose(name: str, value: str) -> list[bool]:
        page.run(
            f"(e => {{ e.value = {json.dumps(value)}; e.onchange(); }})(document.getElementById('{name}'))"
        )
        return [bool(shown) for shown in page.run("cards.map(card => card.offsetHeight > 0)")]

    assert choose("family", "card_stack") == [True, False, True, True]
    assert choose("split", "test") == [False, False, True, False]
    assert page.run("document.getElementById('count').textContent") == "1 of 4 rows"
    choose("family", "")
    assert choose("split", "") == [True] * 4
    for name in ("mode", "level"):
        values = [row[name] for row in rows]
        assert len(set(values)) > 1
        for value in values:
            assert choose(name, str(value)) == [other == value for other in values]
        assert choose(name, "") == [True] * 4
    page.run("location.hash = 'family=collision_counting'")
    page.wait("cards.map(card => card.hidden).join() === 'true,false,true,true'")


def test_keys_go_through_rows_frames_and_events(page: Chromium, rows: list[dict[str, Any]]) -> None:
    fps, starts = rows[0]["fps"], [operation["start_frame"] for operation in rows[0]["operations"]]
    page.press("j")
    assert page.run("current === cards[0] && cards[0].classList.contains('current')")
    for key, frame in (
        ("ArrowRight", starts[0]),
        ("ArrowRight", starts[1]),
        (".", starts[1] + 1),
        (",", starts[1]),
        ("ArrowLeft", starts[0]),
    ):
        page.press(key)
        assert now(page) == pytest.approx(frame / fps, abs=TOLERANCE)
    page.press(" ")
    page.wait("!cards[0].video.paused")
    page.press("j")
    page.wait("cards[0].video.paused")
    assert page.run("current === cards[1]")
    page.press("k")
    assert page.run("current === cards[0]")
    page.press("?")
    assert page.run("document.getElementById('keys').open")
    page.press("j")
    assert page.run("current === cards[0]")
    page.click("document.getElementById('close')")
    assert not page.run("document.getElementById('keys').open")


def test_after_a_click_on_an_option_the_space_key_still_plays(page: Chromium) -> None:
    page.click("cards[1].querySelector('.option')")
    page.press(" ")
    page.wait("!cards[1].video.paused")


def test_tracks_are_drawn_with_where_they_have_been(page: Chromium, rows: list[dict[str, Any]]) -> None:
    track, frame = rows[1]["tracks"][0], 40
    own = next(
        bytes.fromhex(item["colour"][1:]) for item in rows[1]["objects"] if item["name"] == track["name"]
    )
    # Where the trail runs, and far from it: the cross and the name stand at its end.
    past = [round(track["x"][frame - 25]), round(track["y"][frame - 25])]

    def drawn() -> bool:
        pen = "cards[1].querySelector('canvas').getContext('2d')"
        *colour, alpha = page.run(f"[...{pen}.getImageData({past[0]}, {past[1]}, 1, 1).data]")
        return alpha > 0 and max(abs(part - its) for part, its in zip(colour, own, strict=True)) < 60

    page.run("cards[1].scrollIntoView()")
    page.wait("cards[1].video.readyState >= 2")
    page.run(f"cards[1].step({frame})")
    now(page, 1)
    assert not drawn()
    page.click("document.getElementById('tracks')")
    assert drawn()
    page.press("t")
    assert not drawn()


def test_a_video_out_of_sight_is_put_away_and_comes_back_where_it_was(
    browser: Chromium, tmp_path: Path, rows: list[dict[str, Any]]
) -> None:
    preview.write_page([rows[0]] * 6, tmp_path / "page.html", "rows")
    browser.resize(1280, 500)
    browser.open((tmp_path / "page.html").as_uri())
    browser.wait("cards[0].video.readyState >= 2")
    browser.press("ArrowRight")
    time = now(browser)
    browser.run("cards[5].scrollIntoView()")
    browser.wait("!cards[0].video.src && cards[5].video.readyState >= 2")
    browser.run("cards[0].scrollIntoView()")
    browser.wait("cards[0].video.readyState >= 2")
    assert now(browser) == pytest.approx(time, abs=1e-3)
    assert time > 1 and browser.complaints == []


def test_hostile_text_makes_no_element_and_runs_nothing(
    browser: Chromium, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    row = copy.deepcopy(rows[1])
    for name in ("id", "family", "mode", "split", "question", "answer_type", "answer", "answer_text", "cot"):
        row[name] = EVIL
    row["options"] = [EVIL, EVIL]
    row["objects"][0] |= {"name": EVIL, "colour": EVIL}
    row["tracks"][0]["name"] = row["events"][0]["kind"] = row["events"][0]["actor"] = row["events"][0][
        "detail"
    ] = EVIL
    row["operations"] = [dict(index=0, start_frame=3, end_frame=9, kind=EVIL, arguments={EVIL: [EVIL]})]
    row["video"] = {"bytes": EVIL.encode()}
    preview.write_page([row, {**row, "family": "other"}], tmp_path / "page.html", EVIL)
    browser.resize(1280, 900)
    browser.open((tmp_path / "page.html").as_uri())
    browser.press("t")
    browser.press("a")
    browser.wait("cards[0].querySelector('.error')?.textContent === \"this video can't be played\"")
    assert browser.run("document.querySelectorAll('img').length") == 0
    assert browser.run("document.querySelectorAll('script').length") == 5  # two a row, and the page's own
    assert browser.run("typeof window.ran") == "undefined"
    assert browser.run("cards[0].querySelector('.question').textContent") == EVIL
    assert browser.run("document.title") == EVIL
    assert browser.complaints == []


def test_the_page_may_neither_run_another_script_nor_use_the_network(browser: Chromium, address: str) -> None:
    browser.open(address)
    browser.run(
        "window.refused = [];"
        "addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective));"
        "const other = document.createElement('script'); other.textContent = 'window.ran = 1';"
        "const image = new Image(); image.src = 'http://127.0.0.1:9/'; document.body.append(other, image);"
        "fetch('http://127.0.0.1:9/').catch(() => 0)"
    )
    browser.wait("refused.length === 3")
    assert set(browser.run("refused")) == {"script-src-elem", "img-src", "connect-src"}
    assert browser.run("typeof window.ran") == "undefined"


def test_on_a_phone_nothing_scrolls_sideways_and_all_that_is_tapped_is_large(page: Chromium) -> None:
    page.resize(390, 844, mobile=True)
    page.run("document.querySelectorAll('details').forEach(e => e.open = true)")
    assert page.run("document.scrollingElement.scrollWidth") <= 390
    small = page.run(
        "[...document.querySelectorAll('button, select, summary, label, tbody tr')]"
        ".filter(e => e.offsetHeight > 0 && e.offsetHeight < 32).map(e => e.outerHTML)"
    )
    assert small == []


def test_pages_of_a_folder_lead_to_each_other(
    browser: Chromium, rows: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "ROWS_PER_PAGE", 2)
    odd = "a & b#c=<d>"
    preview.write_folder([*rows[:3], {**rows[3], "family": odd}], tmp_path / "pages", "rows")
    browser.resize(390, 844, mobile=True)
    browser.open((tmp_path / "pages" / "index.html").as_uri())
    assert browser.run("document.scrollingElement.scrollWidth") <= 390
    found = browser.run(
        "[...document.querySelectorAll('tr')].slice(1).map(e => e.innerText.split(/\\s*\\t\\s*/))"
    )
    assert found == [[odd, "1", "2"], ["card_stack", "2", "12"], ["collision_counting", "1", "1"]]
    browser.click("document.querySelector('tr a')")
    browser.wait("location.pathname.endsWith('page-0002.html') && typeof cards === 'object'")
    assert browser.run("shown().map(card => card.row.family)") == [odd]
    for text, page in (("‹ previous", "page-0001"), ("next ›", "page-0002"), ("index", "index")):
        browser.click(f"[...document.querySelectorAll('nav a')].find(e => e.textContent === '{text}')")
        browser.wait(f"location.pathname.endsWith('{page}.html') && document.readyState === 'complete'")
    assert browser.complaints == []
