"""Simulated candidates: answer banks, the personas made of them, and the model-driven one."""
