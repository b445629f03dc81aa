"""The page in Chromium, by real clicks, keys and taps."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ner.annotating.tasks import Task
from tests.annotating.conftest import TASKS, Running, task

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow

Browse = Callable[..., Any]
RunPage = Callable[..., Running]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("needs Chromium")
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: Any) -> Iterator[Browse]:
    """Opens pages in windows that share nothing, and makes sure that their script has no error."""
    windows, errors = [], []

    def open_page(page: Running, address: str = "", **options: Any) -> Any:
        windows.append(chromium.new_context(locale="en-US", **options))
        window = windows[-1].new_page()
        window.set_default_timeout(10_000)
        window.on("pageerror", lambda error: errors.append(str(error)))
        window.goto(address or page.server.address)
        return window

    yield open_page
    for window in windows:
        window.close()
    assert errors == []


def wait_for_text(window: Any, text: str) -> None:
    sync_api.expect(window.locator("#text")).to_have_text(text)


def wait_for_marks(window: Any, *expected: str) -> None:
    """Wait until the text has these entities, each given as its characters and its type."""
    pairs = [one.rsplit(" ", 1) for one in expected]
    found = window.locator("#text mark")
    sync_api.expect(found).to_have_text([surface for surface, _ in pairs])
    for number, (_, label) in enumerate(pairs):
        sync_api.expect(found.nth(number)).to_have_attribute("data-label", label)


def drag(window: Any, first: str, last: str) -> None:
    """Select from the beginning of one string to the end of another with the mouse."""
    places = window.evaluate(
        """([first, last]) => {
            const text = document.getElementById("text"), range = document.createRange();
            const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT), boxes = [];
            for (let node; (node = walker.nextNode());) {
                for (const one of [first, last]) {
                    const at = node.data.indexOf(one);
                    if (at < 0) continue;
                    range.setStart(node, at);
                    range.setEnd(node, at + one.length);
                    boxes[one === first ? 0 : 1] = range.getBoundingClientRect();
                    if (first === last) boxes[1] = boxes[0];
                }
            }
            return boxes.map(({ left, right, top, bottom }) => [left, right, (top + bottom) / 2]);
        }""",
        [first, last],
    )
    (left, _, top), (_, right, bottom) = places
    window.mouse.move(left + 1, top)
    window.mouse.down()
    window.mouse.move(right - 1, bottom, steps=4)
    window.mouse.up()


def test_accept_correct_and_finish(run_page: RunPage, browse: Browse) -> None:
    page = run_page()
    window = browse(page)
    wait_for_marks(window, "王小明 PER", "北京 LOC")
    drag(window, "北", "学")
    window.keyboard.press("3")
    wait_for_marks(window, "王小明 PER", "北京大学 ORG")
    window.keyboard.press("Enter")
    wait_for_text(window, "😀王小明说：“ABC 15 在上海。”　没去")
    window.click("#accept")
    wait_for_text(window, "今天天气很好。")
    window.keyboard.press("Enter")
    sync_api.expect(window.locator("#finished")).to_be_visible()
    first, second, third = page.gold()
    assert [(e.start, e.end, e.label) for e in first.entities] == [(0, 3, "PER"), (4, 8, "ORG")]
    assert [(e.text, e.label) for e in second.entities] == [("上海", "LOC")]
    assert third.entities == ()
    assert "F1 66.7" in window.inner_text("#counts")  # of three labelled and three proposed, two are the same


def test_what_was_learned_meanwhile_is_asked_next(run_page: RunPage, browse: Browse) -> None:
    page = run_page([*TASKS, task("李雷来了。")])
    window = browse(page)
    wait_for_marks(window, "王小明 PER", "北京 LOC")
    _, second, third, _ = page.session.untouched()
    page.session.renew([task("李雷来了。", ("李雷", "PER", 0.7)), third, second])
    window.keyboard.press("Enter")
    wait_for_marks(window, "李雷 PER")
    sync_api.expect(window.locator("#counts")).to_contain_text("training 1 proposes")
    sync_api.expect(window.locator("#number")).to_have_value("2")
    window.keyboard.press("Enter")
    wait_for_text(window, third.text)


def test_offsets_count_code_points(run_page: RunPage, browse: Browse) -> None:
    page = run_page([task("😀𠮷野家ＡBC 。👍🏽李雷")], guidelines="")
    window = browse(page)
    wait_for_text(window, "😀𠮷野家ＡBC 。👍🏽李雷")
    drag(window, "𠮷", "家")
    window.keyboard.press("3")
    wait_for_marks(window, "𠮷野家 ORG")
    drag(window, "ＡBC ", "ＡBC ")  # the space at its end is left out
    window.click("#types button:nth-child(2)")
    drag(window, "李", "雷")
    window.keyboard.press("1")
    wait_for_marks(window, "𠮷野家 ORG", "ＡBC LOC", "李雷 PER")
    window.keyboard.press("Enter")
    sync_api.expect(window.locator("#finished")).to_be_visible()
    (sentence,) = page.gold()
    assert [(e.start, e.end, e.text) for e in sentence.entities] == [
        (1, 4, "𠮷野家"), (4, 7, "ＡBC"), (11, 13, "李雷")
    ]  # fmt: skip


def test_with_keys_alone(run_page: RunPage, browse: Browse) -> None:
    page = run_page()
    window = browse(page)
    wait_for_marks(window, "王小明 PER", "北京 LOC")
    window.keyboard.press("Home")
    for _ in range(4):
        window.keyboard.press("ArrowRight")
    sync_api.expect(window.locator("#said")).to_have_text("北")
    for _ in range(3):
        window.keyboard.press("Shift+ArrowRight")
    sync_api.expect(window.locator("#said")).to_have_text("北京大学")
    window.keyboard.press("3")
    wait_for_marks(window, "王小明 PER", "北京大学 ORG")
    for _ in range(8):  # over the types and actions to the first entity
        window.keyboard.press("Tab")
    window.keyboard.press("2")
    wait_for_marks(window, "王小明 LOC", "北京大学 ORG")
    window.keyboard.press("Delete")
    wait_for_marks(window, "北京大学 ORG")
    window.keyboard.press("z")
    wait_for_marks(window, "王小明 LOC", "北京大学 ORG")
    window.keyboard.press("Control+z")
    wait_for_marks(window, "王小明 PER", "北京大学 ORG")
    window.keyboard.press("s")
    wait_for_text(window, "😀王小明说：“ABC 15 在上海。”　没去")
    window.keyboard.press("z")  # back to the text that was skipped
    wait_for_marks(window, "王小明 PER", "北京大学 ORG")
    assert page.session.progress()["skipped"] == 0


def test_taps(run_page: RunPage, browse: Browse) -> None:
    page = run_page()
    window = browse(page, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    wait_for_marks(window, "王小明 PER", "北京 LOC")
    window.locator("#text mark", has_text="北京").tap()
    window.locator("#types button").last.tap()
    wait_for_marks(window, "王小明 PER")
    for character in "京学":
        place = window.evaluate(
            """(character) => {
                const range = document.createRange(), text = document.getElementById("text");
                const nodes = [...text.childNodes].map((one) => one.firstChild);
                const node = nodes.find((one) => one.data.includes(character));
                range.setStart(node, node.data.indexOf(character));
                range.setEnd(node, node.data.indexOf(character) + 1);
                const { left, right, top, bottom } = range.getBoundingClientRect();
                return [(left + right) / 2, (top + bottom) / 2];
            }""",
            character,
        )
        window.touchscreen.tap(*place)
    window.locator("#types button").nth(2).tap()
    wait_for_marks(window, "王小明 PER", "京大学 ORG")
    window.locator("#accept").tap()
    wait_for_text(window, "😀王小明说：“ABC 15 在上海。”　没去")
    assert [e.text for e in page.gold()[0].entities] == ["王小明", "京大学"]


def test_two_windows_do_not_overwrite_each_other(run_page: RunPage, browse: Browse) -> None:
    page = run_page()
    one, other = browse(page), browse(page)
    wait_for_marks(one, "王小明 PER", "北京 LOC")
    wait_for_marks(other, "王小明 PER", "北京 LOC")
    one.locator("#entities li button + button").first.click()
    wait_for_marks(one, "北京 LOC")
    sync_api.expect(one.locator("#alert")).to_be_hidden()
    other.locator("#entities li button + button").last.click()
    sync_api.expect(other.locator("#alert")).to_contain_text("changed in another window")
    wait_for_marks(other, "北京 LOC")


def test_only_questions(run_page: RunPage, browse: Browse) -> None:
    found = [("王小明", "PER", 0.99), ("北京", "LOC", 0.6)]
    page = run_page([task("王小明在北京大学看书。李雷来了。", *found, asked=((4, 8), (11, 13)))])
    window = browse(page)
    sync_api.expect(window.locator("#said")).to_have_text("Question 1 of 2: 北京大学")
    window.keyboard.press("3")
    wait_for_marks(window, "王小明 PER", "北京大学 ORG")
    window.keyboard.press("Enter")
    sync_api.expect(window.locator("#said")).to_have_text("Question 2 of 2: 李雷")
    window.keyboard.press("Enter")
    sync_api.expect(window.locator("#finished")).to_be_visible()
    (sentence,) = page.gold()
    assert [e.text for e in sentence.entities] == ["北京大学"]
    assert sentence.unknown == ((0, 4), (8, 11), (13, 16))


def test_two_readings(run_page: RunPage, browse: Browse) -> None:
    text = "王小明在北京大学看书。"
    readings = [
        task(text, ("王小明", "PER", 1), (place, label, 1)) for place, label in (("北京", "LOC"), ("北京大学", "ORG"))
    ]
    both = {name: one.readings["proposed"] for name, one in zip("AB", readings, strict=True)}
    page = run_page([Task(text, readings=both, asked=((4, 8),), rest_is_known=True)])
    window = browse(page)
    wait_for_marks(window, "王小明 PER")
    window.keyboard.press("b")
    wait_for_marks(window, "王小明 PER", "北京大学 ORG")
    window.locator("#readings button").first.click()
    wait_for_marks(window, "王小明 PER", "北京 LOC")
    window.keyboard.press("b")
    window.keyboard.press("Enter")
    sync_api.expect(window.locator("#finished")).to_be_visible()
    (sentence,) = page.gold()
    assert ([e.text for e in sentence.entities], sentence.unknown) == (["王小明", "北京大学"], ())


def test_markup_is_text(run_page: RunPage, browse: Browse) -> None:
    text = "<img src=x onerror=document.title='hacked'>王小明"
    page = run_page([task(text, ("王小明", "PER", 0.9))], ["PER", "<b>'\"&"], "<p>Rules</p>")
    window = browse(page)
    wait_for_text(window, text)
    drag(window, "王", "明")
    window.keyboard.press("2")
    wait_for_marks(window, "王小明 <b>'\"&")
    assert window.locator("img").count() == 0
    assert window.locator("#guidelines p").inner_text() == "Rules"


def test_without_the_token(run_page: RunPage, browse: Browse) -> None:
    page = run_page()
    window = browse(page, page.server.address.partition("#")[0])
    sync_api.expect(window.locator("#alert")).to_contain_text("Open the address that the terminal shows")
    assert "王小明" not in window.content()


def test_the_program_has_ended(run_page: RunPage, browse: Browse) -> None:
    page = run_page()
    window = browse(page)
    wait_for_marks(window, "王小明 PER", "北京 LOC")
    window.route("**/api/**", lambda route: route.abort())
    window.keyboard.press("Enter")
    sync_api.expect(window.locator("#alert")).to_contain_text("Not saved: the program has ended")
    wait_for_text(window, "王小明在北京大学看书。")
    window.unroute("**/api/**")
    window.keyboard.press("Enter")
    wait_for_text(window, "😀王小明说：“ABC 15 在上海。”　没去")


def test_chinese(run_page: RunPage, browse: Browse) -> None:
    page = run_page()
    window = browse(page)
    wait_for_marks(window, "王小明 PER", "北京 LOC")
    window.click("#language")  # keeps the token
    sync_api.expect(window.locator("#accept")).to_contain_text("确认")
    wait_for_marks(window, "王小明 PER", "北京 LOC")
