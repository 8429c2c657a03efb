"""From a result to text, JSON and kin. Pure: nothing here prints."""
