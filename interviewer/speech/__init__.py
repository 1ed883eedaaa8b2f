"""Voice: hearing and tts. Optional (extra ``voice``); without it the page says what is missing and text goes on.

Samples are mono float32 at 16 kHz wherever they are heard; what is said travels as WAV bytes.
"""
