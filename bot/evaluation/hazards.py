"""The hazard log: its shape, its risk matrix, and the page that is made from it (docs/safety)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Extra, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import BotError

SEVERITIES = ("minor", "significant", "considerable", "major", "catastrophic")
LIKELIHOODS = ("very low", "low", "medium", "high", "very high")
# Risk 1 to 5 by likelihood (rows, very low first) and severity (columns, minor first): the matrix that is customary with
# DCB0129. A clinic may use its own.
_MATRIX = ((1, 1, 2, 2, 3), (1, 2, 2, 3, 4), (2, 2, 3, 3, 4), (2, 3, 3, 4, 5), (3, 4, 4, 5, 5))
ACCEPTED = 2
_MADE = "<!-- Made from hazard-log.yml by `make safety`. Change that file, not this one. -->"


class _Shape(BaseModel):
    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid
        anystr_strip_whitespace = True
        min_anystr_length = 1


class Rating(_Shape):
    """How bad, and how likely."""

    severity: Literal["minor", "significant", "considerable", "major", "catastrophic"]
    likelihood: Literal["very low", "low", "medium", "high", "very high"]

    @property
    def risk(self) -> int:
        """The risk from 1 (acceptable) to 5 (not acceptable)."""
        return _MATRIX[LIKELIHOODS.index(self.likelihood)][SEVERITIES.index(self.severity)]

    def said(self) -> str:
        """Returns it as a reader sees it."""
        return f"{self.severity}, {self.likelihood}: {self.risk}"


class Hazard(_Shape):
    """One hazard. `tests` prove the control; `clinic` is what is left to the deploying clinic."""

    id: str = Field(regex=r"^H\d\d$")
    hazard: str
    cause: str
    effect: str
    before: Rating
    control: str
    tests: list[str] = Field(min_items=1)
    after: Rating
    clinic: str | None = None


class HazardLog(_Shape):
    """The whole log."""

    hazards: list[Hazard] = Field(min_items=1)


def load_hazards(path: Path) -> list[Hazard]:
    """Reads the hazard log.

    Raises:
        BotError: it cannot be read, or an entry is not right.
    """
    try:
        return HazardLog.parse_obj(YAML(typ="safe").load(path.read_text(encoding="utf-8"))).hazards
    except (OSError, YAMLError, UnicodeDecodeError) as error:
        raise BotError(f"{path}: cannot be read ({type(error).__name__}). Restore the file.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise BotError(f"{path.name}: {wrong}. Correct these entries.") from error


def page(hazards: list[Hazard]) -> str:
    """Returns the log as Markdown."""
    left = sum(one.after.risk > ACCEPTED for one in hazards)
    rows = "\n".join(
        f"| [{one.id}](#{one.id.lower()}) | {one.hazard} | {one.before.risk} | {one.after.risk} |" for one in hazards
    )
    head = (
        f"{_MADE}\n\n# Hazard log\n\n{len(hazards)} hazards. After the controls, {left} have a risk above {ACCEPTED}: the "
        "deploying clinic has to accept each of them by name, or not use the bot. The figures are the project's own "
        "judgement; no clinical safety officer has confirmed them yet.\n\nRisk goes from 1 to 5, from this matrix:\n\n"
    )
    matrix = "\n".join(
        [
            f"| | {' | '.join(SEVERITIES)} |",
            "|---|---|---|---|---|---|",
            *(f"| {LIKELIHOODS[n]} | {' | '.join(map(str, _MATRIX[n]))} |" for n in reversed(range(len(LIKELIHOODS)))),
        ]
    )
    table = f"| | Hazard | Risk before | Risk after |\n|---|---|---|---|\n{rows}\n"
    return f"{head}{matrix}\n\n{table}\n" + "\n".join(map(_one, hazards))


def _one(hazard: Hazard) -> str:
    tests = "\n".join(f"- `{test}`" for test in hazard.tests)
    clinic = f"\nLeft to the clinic: {hazard.clinic}\n" if hazard.clinic else ""
    return f"""## {hazard.id}

**{hazard.hazard}**

| | |
|---|---|
| Cause | {hazard.cause} |
| Effect | {hazard.effect} |
| Before the control | {hazard.before.said()} |
| Control | {hazard.control} |
| After the control | {hazard.after.said()} |

Proved by:

{tests}
{clinic}"""


def main() -> None:
    """Writes the page beside the log."""
    folder = Path(__file__).resolve().parents[2] / "docs" / "safety"
    (folder / "hazard-log.md").write_text(page(load_hazards(folder / "hazard-log.yml")), encoding="utf-8")
    print(f"Wrote {folder.name}/hazard-log.md.")


if __name__ == "__main__":
    main()
