"""PURE. From two schemas to ordered statements, with what each of them may cost."""
