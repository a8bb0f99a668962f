"""The clinic file: one clinic's name, phone, hours and emergency numbers. Replies take their numbers from nowhere else."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConstrainedStr, Extra, Field, ValidationError, validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot import settings
from bot.errors import ClinicError
from bot.tenants.current import current


class Said(ConstrainedStr):
    """A value that is spoken to a visitor, so it must say something and stay on one line."""

    strip_whitespace = True
    min_length = 1
    max_length = 120
    regex = r"^[^\n{}]*$"


_ORIGIN = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


class Web(BaseModel):
    """Where the chat may stand.

    Attributes:
        origins: the addresses of pages, besides the bot's own, that may talk to it. Empty: only its own pages. `*`: any
            page, for trying things out; the start-up check refuses it in production.
    """

    origins: tuple[str, ...] = ()

    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid
        frozen = True

    @validator("origins", each_item=True)
    def _is_an_origin(cls, value: str) -> str:  # noqa: N805 - pydantic's form
        if value != "*" and not _ORIGIN.fullmatch(value):
            raise ValueError(
                f"{value!r} is not the address of a site. Write scheme and host in small letters and no path, like "
                "https://clinic.example"
            )
        return value


class SecureLink(ConstrainedStr):
    """An address that a visitor may be sent to."""

    strip_whitespace = True
    max_length = 300
    regex = r"^https://[^\s\"'<>{}]+$"


class Clinic(BaseModel):
    """What `clinic.yml` holds. The emergency defaults are those of the United States, and are marked so in the file.

    Attributes:
        keep_unanswered: whether questions that the guide does not answer are kept, without names: "off", "on", or "ask" the
            visitor first (docs/unanswered.md).
        keep_unanswered_months: how long.
    """

    name: Said
    phone: Said
    hours: Said
    country: Said = Said("US")
    emergency_number: Said
    emergency_place: Said = Said("emergency room")
    crisis_line: Said | None = None
    crisis_name: Said | None = None
    poison_line: Said | None = None
    web: Web = Web()
    privacy_url: SecureLink | None = None
    keep_unanswered: Literal["off", "ask", "on"] = "off"
    keep_unanswered_months: int = Field(12, ge=1, le=120)

    @validator("keep_unanswered", pre=True)
    def _is_a_word(cls, value: object) -> object:  # noqa: N805 - pydantic's form
        """YAML reads an unquoted yes, no, true or false as no word."""
        return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value

    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid
        frozen = True
        coerce_numbers_to_str = True


C = TypeVar("C", bound=Clinic)


def load_clinic(path: Path | None = None) -> Clinic:
    """Reads and checks the clinic file. Where there are several clinics (docs/tenants.md), returns the chosen one.

    Raises:
        ClinicError: the file is missing, is not YAML, or lacks a field; says which and what to do. Or there are several
            clinics, and none was chosen: then no clinic's numbers may be said.
    """
    if path is None:
        tenant = current()
        if tenant is not None:
            return tenant.clinic
        if settings.clinics_folder() is not None:
            raise ClinicError(
                "CLINICS is set, so there are several clinics, and none was chosen here. Name one with --clinic where the command "
                "takes it, or unset CLINICS for this command (docs/tenants.md)."
            )
    return _load(path or settings.clinic_file())


@lru_cache(maxsize=4)
def _load(path: Path) -> Clinic:
    return read_clinic(path, Clinic)


def read_clinic(path: Path, kind: type[C]) -> C:
    """Reads a file as a clinic.

    Args:
        path: the file.
        kind: what it must hold.

    Raises:
        ClinicError: as `load_clinic`.
    """
    try:
        raw = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ClinicError(
            f"{path}: cannot be read ({error.strerror}). Copy clinic.yml from the project, or set CLINIC to your file."
        ) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise ClinicError(
            f"{path.name}: not valid YAML ({str(error).splitlines()[0]}). Check colons and quotes."
        ) from error
    try:
        return kind.parse_obj(raw)
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ClinicError("\n".join([f"{path.name} is not right; correct these fields:", *lines])) from error
