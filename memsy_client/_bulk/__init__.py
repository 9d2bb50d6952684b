"""What takes many calls: waiting until events are processed, and ingesting any number of them.

The steps are decided once, without I/O; the two flavours only differ in how they carry them out.
"""
