"""One package a tag, one module an operation."""
