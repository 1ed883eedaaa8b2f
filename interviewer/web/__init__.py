"""The Gradio app: set-up, room, report, progress."""
