"""The families of objects, each with words of its own. A new one is one new file here."""
