"""Full-text search over memories: which are near to a query, and how near."""
