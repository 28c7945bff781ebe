"""Every run is the same run: fixed seeds for the order of tests, for `random` and numpy, and for Hypothesis.

Another order or other examples: `pytest --randomly-seed=7 --hypothesis-profile=search`.
"""

import pytest
from hypothesis import HealthCheck, settings

_SEED = 20261120

# deadlines measure the machine, not the code
settings.register_profile(
    "viva", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("viva"), derandomize=False, max_examples=1000)
settings.load_profile("viva")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before pytest-randomly draws a seed: it also seeds `random` and numpy anew before every test."""
    if getattr(config.option, "randomly_seed", None) == "default":
        config.option.randomly_seed = _SEED
