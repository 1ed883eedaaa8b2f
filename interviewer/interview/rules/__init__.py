"""The director's rules: each looks at the state and says a decision, or nothing."""
