"""Where this package meets other libraries. Each module is loaded only when that library asks for it."""
