"""What a change of the contract means: for the wire, for code that calls the client, and for whom.

python -m review --help         from the root of the repository, with PYTHONPATH=codegen

places          nodes of a document with their JSON pointers
shapes          schemas as what each JSON type has to keep
containment     whether all values of one schema are values of another: the one rule of the wire
operations      the parts of an operation that travel, compared
wire            two documents compared
words           descriptions and examples, compared

versions        the two versions: out of git, out of the working tree, generated
modules         the source files of a package, read
surface         what a package offers, as one listing
subtypes        whether a value of one annotation may stand for another
judgement       two listings compared

checked_code    what pyright says of the callers against both versions
untyped_code    uses of changed names whose receiver has no type
recorded_calls  calls that a server recorded, held against both contracts

report          the report as text, Markdown and JSON; what the changelog names
"""
