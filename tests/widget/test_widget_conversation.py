"""A conversation in the widget: what is sent, what is shown, and what happens when something fails."""

from __future__ import annotations

import re
from typing import Any

import pytest
from chatting import Visit
from facts import DISCLAIMER
from playwright.sync_api import Request, Route, expect

from bot.clinic import Clinic

pytestmark = [pytest.mark.browser, pytest.mark.model]

AFTER_ENHERTU = "what comes after Enhertu"


def sent(requests: list[Request]) -> list[dict[str, Any]]:
    return [r.post_data_json for r in requests if r.url.endswith("/webhooks/web/message") and r.method == "POST"]


def test_an_answer_shows_what_was_understood_the_disclaimer_the_source_and_the_choices(visit: Visit) -> None:
    chat = visit().open()
    turn = chat.ask(AFTER_ENHERTU)
    expect(turn.locator(".mine p")).to_have_text(AFTER_ENHERTU)
    expect(turn.locator(".answer strong")).to_have_text("Metastatic, third-line and beyond:")
    expect(turn.locator(".said")).to_contain_text("Xeloda (capecitabine) plus Tukysa (tucatinib) with Herceptin.")
    expect(turn.locator(".said")).to_contain_text(DISCLAIMER)
    expect(turn.locator(".said")).to_contain_text("I am an automated program, not a person.")
    expect(turn.locator(".said")).to_contain_text("September 2025. The order may have changed since then.")
    expect(turn.locator(".choice")).to_have_text(["1. What is Xeloda?", "2. Questions to ask"])
    expect(turn.get_by_role("link", name="Read it in the guide")).to_have_attribute(
        "href", re.compile(r"/guide\?stage=metastatic&line=3#stage-metastatic-line-3-step-1$")
    )


def test_a_choice_sends_its_words_and_stays_readable(visit: Visit) -> None:
    chat = visit().open()
    requests: list[Request] = []
    chat.page.on("request", lambda request: requests.append(request))
    first = chat.ask("what comes after herceptin")
    first.get_by_role("button", name="2. Metastatic").click()
    expect(chat.find(".turn")).to_have_count(2)
    chat.answered()
    said = sent(requests)[1]["message"]
    assert said == "what comes after Herceptin in metastatic cancer"
    expect(chat.last.locator(".mine p")).to_have_text(said)
    expect(chat.last.locator(".answer")).to_contain_text("Metastatic, first-line:")
    expect(chat.find(".turn").first.locator(".choice.chosen")).to_have_text("2. Metastatic (chosen)")
    assert chat.focused().startswith("2. Metastatic"), "the focus must stay where the visitor put it"


def test_the_place_of_an_answer_on_the_map(visit: Visit) -> None:
    chat = visit().open()
    turn = chat.ask("second line for metastatic")
    button = turn.get_by_role("button", name="See where this is")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    cells = turn.locator(".row > li")
    expect(cells).to_have_count(3)
    expect(turn.locator("[aria-current=location]")).to_contain_text("Metastatic, second-line")
    expect(turn.locator("[aria-current=location]")).to_contain_text("Enhertu")
    expect(turn.get_by_role("link", name="See the whole map")).to_have_attribute(
        "href", re.compile(r"/guide\?stage=metastatic&line=2#map$")
    )
    turn.get_by_role("button", name="Hide where this is").click()
    expect(cells.first).to_be_hidden()


def test_a_place_that_comes_late_does_not_pull_the_reader_away_from_a_newer_answer(visit: Visit) -> None:
    chat = visit(viewport={"width": 320, "height": 256}).open()
    waiting: list[Route] = []
    chat.page.route("**/guide/row?*", lambda route: waiting.append(route))
    chat.ask("second line for metastatic").get_by_role("button", name="See where this is").click()
    call = chat.ask("i cant breathe").locator(".call").first
    call.scroll_into_view_if_needed()
    waiting[0].continue_()
    expect(chat.find(".row > li")).to_have_count(3)
    expect(call).to_be_in_viewport(ratio=0.9)


def test_an_emergency_cannot_be_missed(visit: Visit, clinic: Clinic) -> None:
    chat = visit().open()
    turn = chat.ask("i cant breathe")
    card = turn.locator(".emergency")
    expect(card.locator(".urgent-title")).to_have_text("This is urgent. Please read it now.")
    expect(card.locator(".call")).to_have_count(2)
    expect(card.locator(".call").first).to_have_attribute("href", f"tel:{clinic.emergency_number}")
    expect(card.locator(".call").last).to_have_attribute("href", "tel:+15550100142")
    box, log = card.locator(".call").first.bounding_box(), chat.find(".log").bounding_box()
    assert box is not None and log is not None
    assert box["height"] >= 44 and box["y"] + box["height"] < log["y"] + log["height"]
    [told] = chat.heard()
    assert told["urgent"] and "This could be an emergency. Call 911 now" in told["text"]
    expect(turn.locator(".votes")).to_have_count(0)


def test_somebody_in_despair_is_shown_the_crisis_line(visit: Visit, clinic: Clinic) -> None:
    chat = visit().open()
    card = chat.ask("i dont want to live anymore").locator(".distress")
    expect(card.locator(".call").first).to_have_attribute("href", f"tel:{clinic.crisis_line}")
    expect(card.locator(".call").first).to_contain_text(str(clinic.crisis_name))
    assert chat.heard()[-1]["urgent"]


def test_numbers_that_come_late_are_put_into_an_emergency_that_came_early(visit: Visit) -> None:
    chat = visit()
    waiting: list[Route] = []
    chat.page.route("**/webhooks/web/clinic", lambda route: waiting.append(route))
    chat.launcher.click()
    turn = chat.ask("i dont want to live anymore")
    expect(turn.locator(".call")).to_have_count(0)
    waiting[0].continue_()
    expect(turn.locator(".call")).to_have_count(3)


def test_the_phone_is_always_in_the_same_place(visit: Visit, clinic: Clinic) -> None:
    chat = visit().open()
    person = chat.page.get_by_role("link", name="Talk to a person")
    before = person.bounding_box()
    expect(person).to_contain_text(clinic.phone)
    expect(person).to_have_attribute("href", "tel:+15550100142")
    chat.ask(AFTER_ENHERTU)
    chat.ask("i cant breathe")
    assert person.bounding_box() == before


def test_a_thumb_is_counted_by_the_server(visit: Visit) -> None:
    chat = visit().open()
    turn = chat.ask(AFTER_ENHERTU)
    with chat.page.expect_response("**/webhooks/web/feedback") as answer:
        turn.get_by_role("button", name="Helpful", exact=True).click()
    assert answer.value.status == 204
    assert answer.value.request.post_data_json["value"] == "up"
    expect(turn.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(turn.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "false")


# What is kept


def test_the_conversation_survives_reload_and_navigation(visit: Visit) -> None:
    chat = visit().open()
    chat.ask("what comes after herceptin")
    chat.page.reload()
    expect(chat.find(".turn")).to_have_count(1)
    expect(chat.find(".answer")).to_contain_text("more than one stage")
    assert chat.page.evaluate("document.activeElement === document.body"), "a reload must not move the focus"
    chat.page.goto(chat.page.url + "other")
    expect(chat.find(".turn")).to_have_count(1)
    # The server knows the conversation too: "2" picks what was offered before the reload.
    expect(chat.ask("2").locator(".answer")).to_contain_text("Metastatic, first-line")


def test_a_question_under_way_is_answered_after_a_reload(visit: Visit) -> None:
    chat = visit().open()
    requests: list[Request] = []

    def first_never_answered(route: Route) -> None:
        requests.append(route.request)
        if len(requests) > 1:
            route.continue_()

    chat.page.route("**/webhooks/web/message", first_never_answered)
    with chat.page.expect_request("**/webhooks/web/message"):
        chat.ask(AFTER_ENHERTU, wait=False)
    chat.page.reload()
    expect(chat.last.locator(".answer")).to_contain_text("Xeloda")
    assert len(requests) > 1
    assert len({body["message_id"] for body in sent(requests)}) == 1


def test_two_tabs_are_two_conversations(visit: Visit) -> None:
    chat = visit().open()
    chat.ask("what comes after herceptin")
    other = chat.page.context.new_page()
    other.goto(chat.page.url)
    other.locator("guide-chat .launcher").click()
    assert other.locator("guide-chat .turn").count() == 0
    other.locator("guide-chat textarea").fill("2")
    other.keyboard.press("Enter")
    other.locator("guide-chat .answer").wait_for()
    expect(other.locator("guide-chat .answer")).not_to_contain_text("Metastatic, first-line")


def test_clearing_deletes_the_chat_here_and_on_the_server(visit: Visit) -> None:
    chat = visit().open()
    chat.ask(AFTER_ENHERTU)
    chat.page.get_by_role("button", name="Clear and delete my chat").click()
    assert chat.focused() == "Delete it"
    chat.page.get_by_role("button", name="Keep it").click()
    assert chat.focused() == "Clear and delete my chat"
    expect(chat.find(".turn")).to_have_count(1)
    chat.page.get_by_role("button", name="Clear and delete my chat").click()
    with chat.page.expect_response(lambda r: r.request.method == "DELETE") as answer:
        chat.page.get_by_role("button", name="Delete it").click()
    assert answer.value.status == 204
    expect(chat.find(".turn")).to_have_count(0)
    expect(chat.find(".hint")).to_have_text("Your chat is deleted.")
    assert "Enhertu" not in chat.page.evaluate("JSON.stringify(sessionStorage)")
    assert chat.focused() == "Your question"
    # A new conversation can begin at once.
    expect(chat.ask(AFTER_ENHERTU).locator(".said")).to_contain_text("I am an automated program")


def test_clearing_without_a_connection_says_so_and_can_be_tried_again(visit: Visit) -> None:
    chat = visit().open()
    chat.ask(AFTER_ENHERTU)
    chat.page.route("**/webhooks/web/session", lambda route: route.abort())
    chat.page.get_by_role("button", name="Clear and delete my chat").click()
    chat.page.get_by_role("button", name="Delete it").click()
    expect(chat.find(".notice")).to_contain_text("the server could not be reached")
    chat.page.unroute("**/webhooks/web/session")
    with chat.page.expect_response(lambda r: r.request.method == "DELETE") as answer:
        chat.page.get_by_role("button", name="Try again").click()
    assert answer.value.status == 204


def test_the_printed_page_holds_the_conversation(visit: Visit, clinic: Clinic) -> None:
    chat = visit().open()
    chat.ask(AFTER_ENHERTU)
    chat.ask("what should i ask my oncologist")
    with chat.page.context.expect_page() as opened:
        chat.page.get_by_role("button", name="Print or save this chat").click()
    paper = opened.value
    text = paper.locator("main").inner_text()
    for words in (AFTER_ENHERTU, "Xeloda (capecitabine)", DISCLAIMER, "September 2025", clinic.phone):
        assert words in text
    assert paper.locator("li").count() == 3
    assert paper.evaluate("document.activeElement.textContent") == "Print, or save as PDF"
    paper.emulate_media(media="print")
    assert not paper.locator(".tools").is_visible()
    paper.emulate_media(media="screen")
    close = paper.get_by_role("button", name="Close this page")
    assert close.is_visible()
    with paper.expect_event("close"):
        # A little later: Playwright's own click complains when the page is gone before it has come back.
        close.evaluate("button => { setTimeout(() => button.click(), 0); }")


# When something fails


def test_offline_says_so_and_retry_sends_the_same_question_once(visit: Visit, clinic: Clinic) -> None:
    chat = visit().open()
    requests: list[Request] = []
    chat.page.on("request", lambda request: requests.append(request))
    chat.page.context.set_offline(True)
    turn = chat.ask(AFTER_ENHERTU)
    expect(turn.locator(".failure")).to_contain_text("You seem to be offline. Your question is kept here.")
    expect(turn.locator(".failure")).to_contain_text(f"If it cannot wait, call {clinic.phone}.")
    expect(turn.locator(".failure a").first).to_have_attribute("href", "tel:+15550100142")
    assert chat.events()[-1] == ["error", {"code": "offline"}]
    chat.page.context.set_offline(False)
    expect(chat.find(".hint")).to_have_text("You are online again.")
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".answer")).to_contain_text("Xeloda")
    assert chat.focused() == "Your question"
    assert len({body["message_id"] for body in sent(requests)}) == 1


def test_an_answer_lost_on_its_way_is_not_asked_for_twice(visit: Visit) -> None:
    chat = visit().open()
    chat.ask("what comes after herceptin")
    ids: list[str] = []

    def lose(route: Route) -> None:
        ids.append(route.request.post_data_json["message_id"])
        route.fetch()  # the server answers, the browser never sees it
        route.abort()

    chat.page.route("**/webhooks/web/message", lose)
    turn = chat.ask("2")
    chat.page.unroute("**/webhooks/web/message")
    turn.get_by_role("button", name="Try again").click()
    # Asked twice, "2" would pick the second choice of its own answer.
    expect(turn.locator(".answer")).to_contain_text("Metastatic, first-line: Then HER2-targeted therapy")
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("status", "body", "said", "code"),
    [
        (500, "<h1>oops</h1>", "Something went wrong, and there is no answer yet.", "unavailable"),
        (503, '{"error": {"code": "store_down", "text": "Down."}}', "Something went wrong", "unavailable"),
        (200, '{"messages": []}', "No answer came. Please try again.", "empty"),
        (200, "[]", "No answer came. Please try again.", "empty"),
        (200, "{", "Something went wrong", "unavailable"),
        (200, '{"messages": [{"recipient_id": "x"}]}', "No answer came.", "empty"),
        (400, '{"error": {"code": "x", "text": "Please write less."}}', "Please write less.", "refused"),
    ],
)
def test_a_failure_is_said_with_whom_to_call(
    visit: Visit, clinic: Clinic, status: int, body: str, said: str, code: str
) -> None:
    chat = visit().open()
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
    chat.page.route("**/webhooks/web/message", lambda route: route.fulfill(status=status, body=body, headers=headers))
    failure = chat.ask(AFTER_ENHERTU).locator(".failure")
    expect(failure).to_contain_text(f"Not sent. {said}")
    expect(failure).to_contain_text(f"If it cannot wait, call {clinic.phone}. In an emergency call 911.")
    assert chat.heard()[-1]["urgent"] and said in chat.heard()[-1]["text"]
    assert chat.events()[-1] == ["error", {"code": code}]
    if code == "refused":
        failure.get_by_role("button", name="Change my question").click()
        expect(chat.input).to_have_value(AFTER_ENHERTU)
        expect(chat.find(".turn")).to_have_count(0)
        assert chat.focused() == "Your question"


def test_too_many_questions_can_be_tried_again_when_the_time_is_over(visit: Visit) -> None:
    chat = visit().open()
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After", "Retry-After": "1"}
    answer = {"status": 429, "json": {"error": {"code": "busy", "text": "Slow."}}, "headers": headers}
    chat.page.route("**/webhooks/web/message", lambda route: route.fulfill(**answer))
    turn = chat.ask(AFTER_ENHERTU)
    expect(turn.locator(".failure")).to_contain_text("Please wait 1 seconds, then try again.")
    again = turn.get_by_role("button", name="Try again")
    expect(again).to_have_attribute("aria-disabled", "true")
    again.click(force=True)
    expect(turn.locator(".failure")).to_be_visible()
    chat.page.unroute("**/webhooks/web/message")
    expect(again).not_to_have_attribute("aria-disabled", "true")
    again.click()
    expect(turn.locator(".answer")).to_contain_text("Xeloda")


def test_an_ended_session_is_replaced_and_said_kindly(visit: Visit) -> None:
    chat = visit().open()
    chat.ask("what is HER2")
    refused: list[Route] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route)
        error = {"error": {"code": "token_expired", "text": "Ended."}}
        route.fulfill(status=401, json=error, headers={"Access-Control-Allow-Origin": "*"})

    chat.page.route("**/webhooks/web/message", refuse_once)
    with chat.page.expect_response("**/webhooks/web/session") as begun:
        turn = chat.ask(AFTER_ENHERTU)
    assert begun.value.status == 201
    expect(turn.locator(".renewed")).to_contain_text("Your earlier chat had ended, so a new one was started.")
    expect(turn.locator(".answer")).to_contain_text("Xeloda")


def test_a_slow_answer_is_said_to_be_slow(visit: Visit) -> None:
    chat = visit()
    chat.page.clock.install()
    chat.launcher.click()
    waiting: list[Route] = []
    chat.page.route("**/webhooks/web/message", lambda route: waiting.append(route))
    turn = chat.ask(AFTER_ENHERTU, wait=False)
    expect(turn.locator(".waiting")).to_have_text("Looking in the guide")
    assert chat.heard() == []
    # Another question has to wait, and keeps its words.
    chat.input.fill("what is HER2")
    chat.input.press("Enter")
    expect(chat.find(".hint")).to_have_text("Please wait for the answer first.")
    expect(chat.input).to_have_value("what is HER2")
    expect(chat.find(".turn")).to_have_count(1)
    chat.page.clock.run_for(5_000)
    expect(turn.locator(".waiting")).to_have_text("Still looking. This takes longer than usual.")
    assert [told["text"] for told in chat.heard()] == ["Still looking. This takes longer than usual."]
    chat.page.clock.run_for(30_000)
    expect(turn.locator(".failure")).to_contain_text("The answer takes too long. Your question is kept here.")


def test_a_question_that_is_too_long_is_not_cut(visit: Visit) -> None:
    chat = visit().open()
    chat.input.fill("a" * 1001)
    chat.input.press("Enter")
    expect(chat.find(".hint")).to_have_text(
        "Please ask one short question, of at most 1000 characters. This one has 1001."
    )
    expect(chat.find(".turn")).to_have_count(0)
    expect(chat.input).to_have_value("a" * 1001)


def test_a_server_that_is_down_leaves_the_clinic_s_number_of_the_page(visit: Visit, site: Any) -> None:
    chat = visit(site.add("/numbers", tag='phone="020 7946 0000" emergency="999"'))
    chat.page.route("**/webhooks/**", lambda route: route.abort())
    chat.launcher.click()
    expect(chat.page.get_by_role("link", name="Talk to a person")).to_have_attribute("href", "tel:02079460000")
    failure = chat.ask("hello").locator(".failure")
    expect(failure).to_contain_text("call 020 7946 0000. In an emergency call 999.")


def test_without_any_number_the_visitor_is_still_told_whom_to_call(visit: Visit) -> None:
    chat = visit()
    chat.page.route("**/webhooks/**", lambda route: route.abort())
    chat.launcher.click()
    expect(chat.ask("hello").locator(".failure")).to_contain_text(
        "call your clinic. In an emergency call your local emergency number."
    )
