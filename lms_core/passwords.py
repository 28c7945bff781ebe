"""What a password must be: long. Rules about its characters only make people write the same ones."""

from lms_core.errors import InvalidInput
from lms_core.people import Person

SHORTEST, LONGEST = 10, 200
_FEWEST_DIFFERENT = 5


def check_password(password: str, *about: str | None) -> None:
    """Raises InvalidInput with what to do. `about`: the person's own address and name, which others know."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(
            f"Choose a password of {SHORTEST} to {LONGEST} characters, for instance four words.",
            reason="password_length",
            shortest=SHORTEST,
            longest=LONGEST,
        )
    if len(set(password)) < _FEWEST_DIFFERENT:
        raise InvalidInput(
            "Choose a password with more different characters, for instance four words.",
            reason="password_simple",
        )
    if any(known and known.lower() in password.lower() for known in about if len(known or "") > 3):
        raise InvalidInput(
            "Choose a password that does not contain your name or address.", reason="password_personal"
        )


def check_about(password: str, person: Person) -> None:
    """The same for a person who is there already. Raises InvalidInput."""
    check_password(password, (person.email or "").partition("@")[0], person.name)
