"""The SQLite database: its tables, its writer and readers, and where ids come from."""
