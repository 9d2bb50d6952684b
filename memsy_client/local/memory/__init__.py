"""How memories come to be: from stored events, in the background."""
