"""The folders of other migration tools: how each is told by its signs, which are data here.

Every rule is the tool's own, read in its source; the commit stands beside it. Nothing of another
tool is run: what its files hold besides the way up is refused, and what trueup does not read is
named.
"""
