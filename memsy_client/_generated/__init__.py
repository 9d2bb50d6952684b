"""Generated from openapi.yaml by `make generate`; edits here are lost."""
