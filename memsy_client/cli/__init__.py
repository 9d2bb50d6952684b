"""The command `memsy-client`."""
