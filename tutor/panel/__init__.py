"""The web panel: server-rendered pages, small ES modules, no build step.

`views/` has what each page shows, `templates/` how, `languages/` every string, `static/` styles and scripts.
"""

from tutor.panel.pages import routes
from tutor.panel.visit import Behind, Doors

__all__ = ["Behind", "Doors", "routes"]
