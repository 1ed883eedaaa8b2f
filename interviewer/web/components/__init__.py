"""Parts of pages that stand in more than one of them, or that are large enough to stand alone."""
