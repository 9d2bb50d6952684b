"""Generated from openapi.yaml by `make generate`; edits here are lost."""

#: The version that the contract gives itself.
__spec_version__ = "1.0.0"
#: The SHA-256 of the contract's file.
__spec_sha256__ = "81fc2fc73864baa1f43e4ef7a4eb2a3a2709017b687942d2692f0535c4505fef"
