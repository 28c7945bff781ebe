"""A browser is called what people call it."""

import pytest

from tutor.panel.views.profile import device

_APPLE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {_APPLE} Chrome/140.0.0.0 Safari/537.36", "Chrome · Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {_APPLE} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari · iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 15) {_APPLE} Chrome/140.0 Safari/537.36", "Chrome · Android"),
        ("viva-cli 1.0 " + "x" * 100, "viva-cli 1.0 " + "x" * 47),
        ("", None),
        (None, None),
    ],
)
def test_a_browser_is_named_by_itself_and_its_system(program: str | None, said: str | None) -> None:
    assert device(program) == said
