"""Blind preference: next turns of several sources at the same moments of real interviews, ranked by readers.

positions   moments of recorded interviews, chosen by a fixed rule; a place, never the words
options     what each source says there: the person, a plain prompt, the product on some backend
sheets      pages for a judge who does not know which option is whose
rankings    the judges' answers, read back, scored, and kept
"""
