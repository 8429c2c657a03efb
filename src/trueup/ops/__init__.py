"""One file a verb: plain functions from settings to a frozen result. No printing, no exiting."""
