"""One function for each operation, from the checked request to the body of its response."""
