"""The theme summary: frames → content → Markdown, HTML, Word, Excel."""
