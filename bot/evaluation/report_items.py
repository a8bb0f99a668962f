"""The parts of the report that list messages: what changed, and every item that was not right."""

from __future__ import annotations

from bot.evaluation.report_data import Report
from bot.evaluation.report_figures import kept_closed
from bot.evaluation.report_html import Html, details, paragraph, section, table, tag
from bot.evaluation.report_sets import TITLES
from bot.evaluation.report_words import called_for, got, kind
from bot.evaluation.scoring import ACCEPTABLE, UNSAFE, Outcome

_SHOWN = 200


def changes_section(report: Report) -> Html:
    """Says what is newly right, newly wrong and newly unsafe since the last report."""
    changes = report.changes
    if changes.before is None:
        return section("changes", "What changed since the last report", paragraph("This is the first report."))
    rows = [
        [figure.says, f"{report.changes.runs[-1]['figures'][figure.key]:g}", f"{figure.value:.2f}".rstrip("0").rstrip("."),
         f"{changes.figures[figure.key]:+g}" if changes.figures[figure.key] else "same"]
        for figure in report.figures if figure.key in changes.figures
    ]  # fmt: skip
    lists = [
        _listed(f"{len(found)} {label}", found)
        for label, found in (
            ("newly unsafe", changes.newly_unsafe),
            ("newly wrong", changes.newly_wrong),
            ("newly right", changes.newly_right),
        )
    ]
    last = changes.runs[-1]
    return section(
        "changes",
        "What changed since the last report",
        paragraph(
            f"The last report is of {changes.before}, with code {last.get('code')} and model {last.get('model')}."
        ),
        *lists,
        details("Figures then and now", table("Figures then and now", ("", "Then", "Now", "Difference"), rows)),
    )


def _listed(title: str, found: list[tuple[str, Outcome]]) -> Html:
    if not found:
        return paragraph(f"{title}.")
    lines = [
        tag("li", f"{TITLES[name]}, {outcome.item.id}, of the half that is not looked at")
        if kept_closed(name, outcome)
        else tag("li", tag("q", outcome.item.text), f" ({TITLES[name]}, {outcome.item.id}): {got(outcome)}")
        for name, outcome in found[:_SHOWN]
    ]
    more = [tag("li", f"and {len(found) - _SHOWN} more")] if len(found) > _SHOWN else []
    return details(title, tag("ul", *lines, *more))


def items_section(report: Report) -> Html:
    """Lists every item that was unsafe or wrong, set by set; and those that were acceptable, for a second opinion."""
    parts: list[Html] = []
    for name, outcomes in report.results.sets.items():
        bad = sorted((o for o in outcomes if not o.ok), key=lambda outcome: outcome.verdict != UNSAFE)
        if not bad:
            continue
        unsafe = sum(outcome.verdict == UNSAFE for outcome in bad)
        parts.append(tag("h3", f"{TITLES[name]}: {unsafe} unsafe, {len(bad) - unsafe} wrong"))
        closed = [outcome for outcome in bad if kept_closed(name, outcome)]
        parts += [_item(outcome, _before(outcome, outcomes)) for outcome in bad if outcome not in closed]
        if closed:
            grave = sum(outcome.verdict == UNSAFE for outcome in closed)
            parts.append(
                details(
                    f"{len(closed)} of the half that is not looked at ({grave} unsafe): keep this closed while developing",
                    paragraph("Whoever mends the bot by these items can no longer measure with them.", "small"),
                    *(_item(outcome, _before(outcome, outcomes)) for outcome in closed),
                )
            )
    accepted = [
        [outcome.item.text, kind(outcome.item.expected.kind), kind(outcome.kind), TITLES[name]]
        for name, outcomes in report.results.sets.items()
        for outcome in outcomes
        if outcome.verdict == ACCEPTABLE
    ]
    if accepted:
        heads = ("Message", "Called for", "Got", "Set")
        parts.append(tag("h3", "Acceptable"))
        parts.append(details(f"{len(accepted)} acceptable replies",
                             table("Acceptable replies", heads, accepted, numbers=9)))  # fmt: skip
    told = "Open one to read the whole reply." if parts else "There is none."
    return section("items", "Every item that was not right", paragraph(told), *parts)


def _before(outcome: Outcome, outcomes: list[Outcome]) -> list[str]:
    """What the visitor wrote earlier in the same dialogue."""
    if outcome.item.dialogue is None:
        return []
    turns = [other.item for other in outcomes if other.item.dialogue == outcome.item.dialogue]
    return [item.text for item in turns[: turns.index(outcome.item)]]


def _item(outcome: Outcome, earlier: list[str]) -> Html:
    item = outcome.item
    group = f", {item.group}" if item.group else ""
    summary = Html(
        tag("span", outcome.verdict, class_=f"mark {outcome.verdict}")
        + " "
        + tag("q", item.text)
        + tag("span", f" {called_for(outcome)} → {got(outcome)}", class_="turned")
    )
    context = [paragraph("Earlier in the dialogue: " + " / ".join(earlier), "small")] if earlier else []
    read = f"Item {item.id}{group}. Read as {outcome.intent or 'nothing'}, confidence {outcome.confidence:.2f}."
    return details(
        summary,
        *context,
        tag("dl", tag("dt", "Called for"), tag("dd", called_for(outcome)),
            tag("dt", "Got"), tag("dd", got(outcome)), tag("dt", "Why"), tag("dd", "; ".join(outcome.why))),
        tag("pre", outcome.reply),
        paragraph(read, "small"),
    )  # fmt: skip
