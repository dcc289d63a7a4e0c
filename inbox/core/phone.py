"""Telephone numbers as people write them, in the one form that every telephone understands."""

from __future__ import annotations

from inbox.core.errors import BadRequest


def read_phone(text: str, *, region: str | None, path: str = "phone") -> str:
    """A number in E.164, as +15095550100.

    `region` is where it was written (ISO 3166-2 or longer), for numbers without a country. A number
    that nobody can have is a BadRequest that names `path`. Plans of numbers are those of Google's
    libphonenumber.
    """
    import phonenumbers  # 1 MiB, which a server without callbacks needs not

    country = region.partition("-")[0].upper() if region else None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        hint = "" if country else ", with + and the country in front"
        raise BadRequest.field(path, f"is no telephone number{hint}") from None
    if number.extension or not phonenumbers.is_possible_number(number):
        raise BadRequest.field(path, "is no telephone number that can be called")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
