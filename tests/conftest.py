"""Every test here that draws, draws by the profile of the plugin."""

import pytest
from hypothesis import settings


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """After the plugin has registered it."""
    settings.load_profile("gradlaws")
