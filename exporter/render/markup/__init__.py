"""Text made safe: Markdown, HTML, Rich Text trees, links, headings."""
