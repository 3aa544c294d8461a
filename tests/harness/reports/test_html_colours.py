from __future__ import annotations

import re
from importlib import resources

STYLE = resources.files("mfa_harness.reports.html").joinpath("assets", "page.css")


def test_every_colour_can_be_read_on_every_paper() -> None:
    style = STYLE.read_text("utf-8")
    pairs = dict(re.findall(r"--(\w+): light-dark\((#\w{6}, #\w{6})\)", style))
    papers = [pairs.pop("paper"), pairs.pop("sheet")]
    del pairs["rule"]  # lines, which say nothing
    for theme in (0, 1):
        for paper in papers:
            for name, ink in pairs.items():
                assert contrast(ink.split(", ")[theme], paper.split(", ")[theme]) >= 4.5, name


def contrast(ink: str, paper: str) -> float:
    """WCAG 2.2, contrast ratio."""
    brighter, darker = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
