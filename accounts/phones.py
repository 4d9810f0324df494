"""Phone numbers: as people write them, and in the format of SMS gateways."""

import re


def mobile_number(phone: str) -> str:
    """The number as "+4790112233", or "" if it can't get text messages.

    Eight digits are Norwegian; only those that begin with 4 or 9 are mobile.
    """
    digits = re.sub(r"[^\d+]", "", phone)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if digits.startswith("+47"):
        digits = digits[3:]
    if digits.startswith("+"):
        return digits if re.fullmatch(r"\+[1-9]\d{7,14}", digits) else ""
    return f"+47{digits}" if re.fullmatch(r"[49]\d{7}", digits) else ""


def is_number(phone: str) -> bool:
    """Whether this looks like a phone number: at least eight digits, and no words."""
    return bool(re.fullmatch(r"\+?[\d\s()./-]+", phone)) and len(re.sub(r"\D", "", phone)) >= 8
