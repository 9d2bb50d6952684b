"""What takes many calls: waiting until events are processed, and ingesting any number of them.

Each is decided once, without I/O; the two flavours only differ in how they carry it out.
"""
