"""Generated from openapi.yaml by `make generate`; edits here are lost."""

#: The version that the contract gives itself.
__spec_version__ = "1.0.0"
#: The SHA-256 of the contract's file.
__spec_sha256__ = "42085571d570478229d79728c592df67cd2334f934f0e9c13e608e07fbe67515"
