"""The web panel: server-rendered pages, small ES modules, no build step.

`pages.py` has which there are, `panel.py` answers, `views/` has what each page shows, `templates/` how, `languages/` every
string, `static/` styles and scripts.
"""

from tutor.panel.panel import Panel
from tutor.panel.visit import Behind, Doors

__all__ = ["Behind", "Doors", "Panel"]
