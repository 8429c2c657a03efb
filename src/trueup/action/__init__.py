"""The GitHub Action: one check told in every place where people look, in a job of their own."""
