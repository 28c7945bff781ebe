"""Every run is the same run: fixed seeds for the order of tests, for `random` and numpy, and for Hypothesis.

Another order or other examples: `pytest --randomly-seed=7 --hypothesis-profile=search`.
"""

import os
from collections.abc import Generator

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With VIVA_NO_SKIPS, as in CI, a skipped test is a failed one: there everything is installed."""
    report = yield
    if report.skipped and os.environ.get("VIVA_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and VIVA_NO_SKIPS forbids it: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for whole files."""
    report = yield
    if report.outcome == "skipped" and os.environ.get("VIVA_NO_SKIPS"):
        report.outcome = "failed"
    return report
