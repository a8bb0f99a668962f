"""Criteria of WCAG 2.2 that no checker looks at: what the widget listens to, where the focus is seen, what stays where it is."""

from __future__ import annotations

import re

import pytest
from asking import Asked
from chatting import DESKTOP, Chat, Visit
from facts import ROOT

WIDGET = ROOT / "bot" / "widget"
CODE = {path.name: path.read_text(encoding="utf-8") for path in sorted(WIDGET.rglob("*.js"))}
STYLES = CODE["styles.js"] + (ROOT / "bot" / "pages" / "page.css").read_text(encoding="utf-8")
PAGES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot" / "pages" / "templates").glob("*.html"))]
NARROW = {"width": 320, "height": 640}
LANDSCAPE = {"width": 844, "height": 390}
FLASHES_A_SECOND = 3

# Where an element with the focus is: inside its window and log, on top of everything else, and with how strong a ring.
FOCUSED = """() => {
  let root = document, at = document.activeElement;
  while (at?.shadowRoot?.activeElement) { root = at.shadowRoot; at = root.activeElement; }
  if (root === document) return null;  // on the page around the chat
  const box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const inside = [0.1, 0.5, 0.9].some((share) => {
    const top = root.elementFromPoint(box.left + Math.min(box.width / 2, 40), box.top + box.height * share);
    return top && (at.contains(top) || top.contains(at) && top.tagName !== "GUIDE-CHAT");
  });
  return { name: at.getAttribute("aria-label") || at.textContent.trim() || at.tagName, ring: parseFloat(style.outlineWidth),
    drawn: style.outlineStyle, inside, log: at.classList.contains("log") };
}"""


def listened_to() -> set[str]:
    """The events that the widget's code listens to."""
    found: set[str] = set()
    for text in CODE.values():
        found |= set(re.findall(r'addEventListener\("(\w+)"', text))
        found |= set(
            re.findall(
                r"\bon(click|keydown|keyup|input|submit|cancel|change|pointer\w+|mouse\w+|touch\w+|drag\w*):", text
            )
        )
    return found


def test_nothing_needs_a_gesture_a_drag_a_press_or_a_movement() -> None:
    """2.5.1, 2.5.2, 2.5.4, 2.5.7: things happen on click, which is when a finger is lifted."""
    assert listened_to() == {"abort", "cancel", "change", "click", "input", "keydown", "online", "submit"}
    assert not re.search(
        r"devicemotion|deviceorientation|touchstart|pointerdown|mousedown|draggable", "".join(CODE.values())
    )


def test_the_only_keys_are_escape_and_enter() -> None:
    """2.1.4: no letter is a shortcut."""
    assert set(re.findall(r'\.key\s*[!=]==?\s*"(\w+)"', "".join(CODE.values()))) == {"Escape", "Enter"}
    assert not re.search(r"accesskey", "".join([*CODE.values(), *PAGES]), re.IGNORECASE)


def test_hovering_shows_nothing_new() -> None:
    """1.4.13: hovering changes lines and colours only."""
    for rule in re.findall(r":hover\s*\{([^}]*)\}", STYLES):
        assert not re.search(r"display|visibility|opacity|content|clip|height|width", rule), rule
    bodies = "".join(page.split("<body", 1)[-1] for page in PAGES)
    assert 'title="' not in bodies and 'setAttribute("title"' not in "".join(CODE.values())


def test_there_are_no_pictures_of_words() -> None:
    """1.4.5: the map is made of text, and there is no other picture with words."""
    drawn = re.search(r"<img|<canvas|background-image|url\(", "".join([STYLES, *PAGES]))
    assert drawn is None and '"img"' not in "".join(CODE.values())
    assert "<text" in (ROOT / "bot" / "pages" / "templates" / "map.svg.html").read_text(encoding="utf-8")


def test_nothing_flashes() -> None:
    """2.3.1: the waiting dots are the only thing that moves, and far slower than three times a second."""
    assert re.findall(r"@keyframes (\w+)", STYLES) == ["breathe"]
    times = [float(time) for time in re.findall(r"animation: breathe ([\d.]+)s", STYLES)]
    assert times and min(times) > 1 / FLASHES_A_SECOND


def test_no_reply_refers_to_a_colour_a_shape_or_a_side(asked: list[Asked]) -> None:
    """1.3.3: choices are known by number and words."""
    pattern = re.compile(
        r"\b(red|green|blue|purple|round|square|left|right-hand|on the right|above|below|corner)\b", re.IGNORECASE
    )
    assert {found[0] for one in asked for text in (one.first.full_text(),) if (found := pattern.search(text))} == set()


@pytest.mark.browser
@pytest.mark.model
@pytest.mark.parametrize("window", [NARROW, DESKTOP], ids=["320", "1280"])
def test_the_focus_is_seen_on_every_control_and_never_covered(visit: Visit, window: dict[str, int]) -> None:
    """2.4.7 and 2.4.11: a ring of at least 2 pixels, and the control is not behind header or input."""
    chat = visit(viewport=window).open()
    chat.ask("what comes after Enhertu")
    chat.ask("i cant breathe")
    chat.ask("what comes after Herceptin")
    seen: dict[str, dict[str, object]] = {}
    for key in ("Shift+Tab", "Tab"):
        for _ in range(45):
            chat.page.keyboard.press(key)
            found = chat.page.evaluate(FOCUSED)
            if found and not found["log"]:
                seen.setdefault(found["name"], found)
    assert len(seen) >= 10, list(seen)
    assert [
        one for one in seen.values() if one["drawn"] == "none" or float(str(one["ring"])) < 2 or not one["inside"]
    ] == []


@pytest.mark.browser
@pytest.mark.model
def test_typing_changes_nothing_until_the_question_is_sent(visit: Visit) -> None:
    """3.2.2."""
    chat = visit().open()
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    before = chat.find(".log").inner_text()
    chat.input.click()
    chat.page.keyboard.type("what comes after Enhertu", delay=5)
    assert chat.focused() == "Your question" and asked == []
    assert chat.find(".log").inner_text() == before and chat.find(".turn").count() == 0


def order(chat: Chat) -> list[str]:
    """Header, way to a person, log and input, by where they are on the screen."""
    parts = {
        name: chat.find(f"[part~={name}]").first.bounding_box() for name in ("header", "person", "log", "composer")
    }
    return sorted(parts, key=lambda name: (parts[name] or {"y": -1})["y"])


def names(chat: Chat) -> set[str]:
    """The names of the controls that are always there."""
    said = "e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent"
    found = {chat.find(f"[part~={name}]").first.evaluate(said) for name in ("close", "send", "input")}
    return {str(name).strip() for name in found} | set(chat.find("[part~=tools] button").all_inner_texts())


@pytest.mark.browser
@pytest.mark.model
def test_parts_and_names_stay_the_same_in_every_state(visit: Visit) -> None:
    """3.2.3 and 3.2.4: after the greeting, an answer, an emergency and a failure."""
    chat = visit().open()
    first = order(chat), names(chat)
    assert first[0] == ["header", "person", "log", "composer"]
    for question in ("what comes after Enhertu", "i cant breathe"):
        chat.ask(question)
        assert (order(chat), names(chat)) == first
    chat.page.context.set_offline(True)
    chat.ask("and then?")
    assert (order(chat), names(chat)) == first


@pytest.mark.browser
@pytest.mark.model
def test_a_phone_held_sideways_shows_the_input_and_the_answer(visit: Visit) -> None:
    """1.3.4: no orientation is asked for."""
    assert "orientation" not in STYLES
    chat = visit(viewport=LANDSCAPE).open()
    chat.ask("what comes after Enhertu")
    for part in (".turn .answer", "[part~=input]", "[part~=send]"):
        seen = chat.find(part).last
        seen.scroll_into_view_if_needed()
        box = seen.bounding_box()
        assert (
            box is not None and box["height"] > 20 and 0 <= box["y"] and box["y"] + box["height"] <= LANDSCAPE["height"]
        )
