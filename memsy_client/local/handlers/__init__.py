"""What answers each operation: a function from the checked request to the body of its response."""
