"""Talking to a server: connecting, being interrupted, what a refusal means."""
