"""The look: a calm theme with the system's own fonts, so that nothing is fetched. The rest is ``static/style.css``."""

from typing import Any

import gradio as gr
from gradio.themes.utils.colors import Color

_INK = Color(
    "#f7f8f8",
    "#eef1f1",
    "#dfe4e5",
    "#c6cecf",
    "#93a0a3",
    "#677578",
    "#4c595c",
    "#384447",
    "#232d30",
    "#182023",
    "#101618",
)
_PINE = Color(
    "#eef7f5",
    "#d6ebe6",
    "#afd8cf",
    "#7fbfb2",
    "#4ca292",
    "#2c8676",
    "#1f6c5f",
    "#1b574d",
    "#17463f",
    "#133933",
    "#0a211e",
)


def theme() -> Any:
    """The theme."""
    font = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    mono = ["ui-monospace", "SF Mono", "Cascadia Mono", "Consolas", "DejaVu Sans Mono", "monospace"]
    return gr.themes.Base(primary_hue=_PINE, neutral_hue=_INK, font=font, font_mono=mono, radius_size="lg").set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_label_background_fill="transparent",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_200",
        block_title_text_weight="600",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_500",
        button_primary_background_fill_hover_dark="*primary_400",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        button_secondary_background_fill="white",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_700",
    )
