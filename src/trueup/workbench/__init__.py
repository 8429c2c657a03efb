"""What the verbs share: a project, its sides, shadows to try things on."""
