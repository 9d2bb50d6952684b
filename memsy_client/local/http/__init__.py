"""From the bytes of a request to checked values, and from a result to the bytes of a response."""
