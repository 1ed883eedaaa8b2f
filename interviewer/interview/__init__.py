"""The interview: what a turn may do, who proposes it, what is checked, and the loop that holds them together."""
