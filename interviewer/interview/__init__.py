"""The interview: annotate (listen), fold (state), direct (decide), speak (word), and the turn loop."""
