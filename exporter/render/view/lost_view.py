"""The library as the page sees it that hosts show at an unknown address."""

from __future__ import annotations

from exporter.core.url_names import quoted_url
from exporter.guide.library import questions
from exporter.render.view.view import View


class LostView(View):
    """The view of the page that hosts show at an unknown address, whatever that is: its links are absolute."""

    def link(self, url: str) -> str:
        """Return the absolute address of an address of the guide."""
        return f"{self.ask(questions.site_value('base_url'))}{quoted_url(url)}"
