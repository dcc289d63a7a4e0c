"""One row of the table of settings: how it is described, checked and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

PREFIX = "PINBOX_"


def described(
    about: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    secret: bool = False,
    check: Callable[[Any], None] | None = None,
) -> msgspec.Meta:
    """What stands beside a setting's type."""
    bounds: dict[str, Any] = {} if low is None else {"ge": low}
    if high is not None:
        bounds["le"] = high
    extra = {"unit": unit, "secret": secret, "check": check}
    return msgspec.Meta(description=about, extra=extra, **bounds)


class Setting(msgspec.Struct, frozen=True):
    """One row of the table."""

    name: str
    type: Any
    default: Any
    meta: msgspec.Meta

    @property
    def about(self) -> str:
        """What it decides, in one line."""
        return self.meta.description or ""

    @property
    def unit(self) -> str:
        """What its number counts; empty where that goes without saying."""
        return str((self.meta.extra or {})["unit"])

    @property
    def secret(self) -> bool:
        """Whether it must never be shown."""
        return bool((self.meta.extra or {})["secret"])

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()

    @property
    def allowed(self) -> str:
        """Its type and range, for people."""
        if get_origin(self.type) is Literal:
            return " or ".join(f"`{choice}`" for choice in get_args(self.type))
        if self.type is int:
            return f"{self.meta.ge} to {self.meta.le}"
        if self.is_tables:
            members = ", ".join(
                f"`{field.encode_name}`" + ("" if field.required else "?")
                for field in msgspec.structs.fields(get_args(self.type)[0])
            )
            return f"list of tables: {members}"
        return {bool: "true or false", str: "text"}.get(self.type, "list of texts")

    @property
    def is_tables(self) -> bool:
        """Whether it is a list of tables, each with members of its own."""
        kinds = get_args(self.type)
        return get_origin(self.type) is tuple and issubclass(kinds[0], msgspec.Struct)

    def read(self, value: object, *, text: bool = False) -> Any:
        """The value, checked and typed; `text`: it comes from the environment, where all is text.

        Raises ValueError (msgspec's ValidationError where type or range are wrong).
        """
        if text and self.is_tables:
            value = msgspec.json.decode(str(value))
        elif text and get_origin(self.type) is tuple:
            value = _split(str(value))
        strict = self.is_tables or not text
        typed = msgspec.convert(value, Annotated[self.type, self.meta], strict=strict)
        check = (self.meta.extra or {})["check"]
        if check:
            check(typed)
        return typed


def _split(text: str) -> list[str]:
    """A list in the environment: JSON, or texts with commas between."""
    if text.lstrip().startswith("["):
        return msgspec.json.decode(text, type=list[str])
    return [part.strip() for part in text.split(",") if part.strip()]
