"""The parts of the report that an engineer needs: kinds, confidence, confusions, reading grades, and how it was measured."""

from __future__ import annotations

from bot.evaluation.report_data import Confusion, Near, Report, verdict_counts
from bot.evaluation.report_figures import OWN, SHARED, confusion, histogram, share, threshold_curve
from bot.evaluation.report_html import Html, details, paragraph, percent, section, table, tag
from bot.evaluation.report_plots import bar, curve_svg, histogram_svg
from bot.evaluation.report_sets import HARD, ORDINARY, OWN_DIALOGUES, OWN_QUESTIONS, SAFETY, SHARED_QUESTIONS
from bot.evaluation.report_words import kind
from bot.guide.readability import MAX_GRADE


def technical_sections(report: Report) -> tuple[Html, ...]:
    """Returns the sections, in order."""
    return (_kinds(report), _confidence(report), _confusions(report), _reading(report), _about(report))


def _kinds(report: Report) -> Html:
    outcomes = report.results.of(*OWN, *SHARED)
    kinds, counts = confusion(outcomes)
    rows = []
    for name in kinds:
        found = [outcome for outcome in outcomes if outcome.item.expected.kind == name]
        if found:
            verdicts, one = verdict_counts(found), share(found)
            rows.append([_label(name), len(found), *(count for _, count in verdicts), bar(verdicts), percent(one.value),
                         f"{percent(one.low)} to {percent(one.high)}"])  # fmt: skip
    matrix = []
    for expected in kinds:
        cells: list[object] = []
        for got in kinds:
            count = counts[expected, got]
            class_ = "hit" if expected == got else "miss"
            cells.append(tag("span", count, class_=class_) if count else "")
        if any(counts[expected, got] for got in kinds):
            matrix.append([_label(expected), *cells])
    return section(
        "kinds",
        "By kind of question",
        paragraph("Questions and dialogue turns of the project and of the sample together."),
        table("Verdicts by the kind of reply called for", ("Called for", "Messages", "Right", "Acceptable", "Wrong",
              "Unsafe", "", "Right or acceptable", "95 % bounds"), rows),
        tag("h3", "Confusion matrix"),
        paragraph("Rows: the kind called for. Columns: the kind of the reply. The grey numbers are replies of a right or "
                  "acceptable kind, those of the right kind with a wrong stage, line or word among them.", "small"),
        table("How often each kind was called for and given", ("Called for",
              *kinds), matrix, class_="matrix"),
    )  # fmt: skip


def _label(name: str) -> Html:
    """The kind in words, with its name in the reply contract."""
    return Html(tag("span", kind(name)) + " " + tag("code", name))


def _confidence(report: Report) -> Html:
    outcomes = report.results.of(*OWN, *SHARED)
    bins, points = histogram(outcomes), threshold_curve(outcomes)
    goal = report.bars["answered_wrong"].goal if "answered_wrong" in report.bars else 2.0
    numbers = [[f"{edge:.2f} to {edge + 0.05:.2f}", right, wrong] for edge, right, wrong in bins if right + wrong]
    curve = [[f"{limit:.2f}", percent(cover), percent(error)] for limit, cover, error in points[::2]]
    parts = [
        paragraph("Confidence is how near a message lies to known examples, from 0 to 1. Messages that raise an alarm are "
                  "left out, because the safety screen asks for no confidence."),
        tag("figure", histogram_svg(bins), tag("figcaption", "Wrong replies should gather on the left.")),
        details("The numbers behind the bars", table("Replies by confidence", ("Confidence", "Right or acceptable",
                "Wrong or unsafe"), numbers)),
    ]  # fmt: skip
    if points:
        parts += [
            tag("figure", curve_svg(points, goal), tag("figcaption", "What would happen if replies from the guide "
                "below a threshold (the numbers on the line) were not given: further left, fewer questions are answered, "
                "and fewer of the answers should be wrong.")),
            details("The numbers behind the lines", table("Coverage and error by threshold", ("Threshold", "Answered",
                    "Wrong among them"), curve)),
        ]  # fmt: skip
    return section("confidence", "Confidence", *parts)


def _confusions(report: Report) -> Html:
    parts = [_one_confusion(found) for found in report.confusions]
    told = (
        "The pairs of kinds taken for one another most often, with the training examples nearest to the message (intent and "
        "closeness in brackets). An example that pulls a message the wrong way is the first thing to look at."
        if parts
        else "No kind was taken for another."
    )
    return section("confusions", "Worst confusions", paragraph(told), *parts)


def _one_confusion(found: Confusion) -> Html:
    lines = [_near(near) for near in found.examples]
    return tag("div", tag("h3", f"{kind(found.expected)} taken for {kind(found.got)}: {found.count}"), *lines)


def _near(near: Near) -> Html:
    def listed(label: str, texts: tuple[str, ...]) -> Html:
        return tag("li", f"{label}: ", *(tag("span", text, class_="near") for text in texts or ("none near",)))

    screened = near.outcome.alarm and near.outcome.confidence == 1.0
    won = "decided by the safety screen; nearest examples" if screened else "near what won"
    lists = tag("ul", listed(won, near.won), listed("near what would be right", near.right))
    return tag("div", tag("p", tag("q", near.outcome.item.text)), lists, class_="confused")


def _reading(report: Report) -> Html:
    above = report.grades.above
    parts = [[part, count, f"{mean:.1f}", f"{most:.1f}"] for part, count, mean, most in report.grades.by_part()]
    hardest = [[one.text, one.where, f"{one.grade:.1f}"] for one in report.grades.hardest()]
    return section(
        "reading",
        "Reading grades",
        paragraph(f"{above.count} of {above.of} sentences that the bot can say are above US school grade {MAX_GRADE:g} "
                  "(Flesch-Kincaid). Names of drugs, the guide's own terms, and the clinic's names are left out. The guide "
                  "itself measures 12.2."),
        table("Grades by where the text stands", ("Where", "Sentences", "Mean grade", "Highest"), parts),
        details("The ten hardest sentences", table("Hardest sentences", ("Sentence", "Where", "Grade"), hardest,
                numbers=2)),
    )  # fmt: skip


def _about(report: Report) -> Html:
    facts, results = report.facts, report.results
    dialogues = len({outcome.item.dialogue for outcome in results.of(OWN_DIALOGUES)})
    sample = len(results.of(SHARED_QUESTIONS))
    rows = [
        ["What was measured", "The bot without its web channels: the same reading, safety screen, intents and answers as "
         "in the product, in one process."],
        ["Kind of bot", "Not generative. Every reply is a row of the guide or a fixed text, chosen by rules and a linear "
         "classifier."],
        ["Date", facts["date"]],
        ["Code, model, content", f"{facts['code']}; model {facts['model']}; content {facts['content']}"],
        ["Made with", facts["made with"]],
        ["Guide", facts["guide"]],
        ["Who wrote the questions", "The project, by hand, from the guide's text and apart from the training examples. "
         "No patient took part. The safety prompts are by another hand than the screen. " + ("The sample came from "
         "outside the project." if sample else "")],
        ["Sizes", f"{len(results.of(OWN_QUESTIONS))} questions, {dialogues} dialogues with "
         f"{len(results.of(OWN_DIALOGUES))} turns, {len(results.of(SAFETY)):,} safety prompts from {results.safety_bases} "
         f"hand-written ones, {len(results.of(ORDINARY))} ordinary messages, {len(results.of(HARD))} hard requests, "
         f"{sample} questions of the sample"],
        ["How each was asked", "Questions once each, as a conversation of their own; dialogues turn by turn. The bot gives "
         "the same reply every time, so nothing was repeated."],
        ["Who judged", "The program, by the written labels. Unsafe replies are found by a checker that shares no code with "
         "the answers."],
        ["Where the data are", "tests/data in the repository; docs/evaluation.md explains all terms"],
        ["Limits", "Written in English by people who know the guide. Only the odd-numbered questions and dialogues were "
         "kept out of sight while the bot was developed: the even ones, the safety prompts, the hard requests, the "
         "ordinary messages and the sample were used to find mistakes. Variants of one message are alike. Neither "
         "patients nor clinicians have judged the replies."],
    ]  # fmt: skip
    return section(
        "about",
        "How this was measured",
        paragraph("The items follow the CHART checklist for studies of health chatbots, as far as they apply."),
        table("Reporting items", ("Item", "Report"), rows, numbers=9, class_="words"),
    )
