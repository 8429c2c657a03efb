"""The gates in git: the hook, and how the merge driver is wired.

What `trueup hook run` imports on its way (hook_fast and what it names) uses os and time alone:
argparse, dataclasses or subprocess would each cost more than the check.
"""
