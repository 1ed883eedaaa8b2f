"""The rules of the policy that needs no model: each looks at the scene and proposes a turn, or nothing."""
