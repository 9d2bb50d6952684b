"""What the templates are told of the contract, beyond what openapi-python-client tells them.

The generator parses types, names and enums; its objects say nothing of an operation's extensions, of limits, of the
order in which fields stand, or of servers. This reads them from the document itself. Text of the document comes out
as it is: the templates put it through the generator's escaping filters.

    view        what templates call: `Contract`
    document    the document itself: its file, its references, its operations
    nodes       what the clients are made of: planes, tags, operations, arguments, pages
    names       Python's names for what the contract names, and its values as Python writes them
    properties  what the generator's properties are
    models      the fields of models, which models name which, and which are needed at all
    arguments   the arguments of a method
    operations  the rest of a method: its result, how it pages, what it raises
    tags        the classes of methods, and the planes whose clients have them
"""

from .document import ContractError, null_apart, read_document
from .names import literal
from .view import Contract

__all__ = ["Contract", "ContractError", "literal", "null_apart", "read_document"]
