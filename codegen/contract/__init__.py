"""What the templates lay out: the contract, and the Python that follows from it.

openapi-python-client parses types, names and enums; its objects say nothing of an operation's extensions, of limits, of
the order of fields, or of servers. This reads them from the document itself. Text of the document comes out as it is:
the templates put it through the generator's escaping filters.

    context         what templates call: `TemplateContext`

    document        the document itself: its file, its references, its operations
    nodes           what the clients are made of: planes, tags, methods, arguments, pages
    names           Python's names for what the contract names, and its values as Python writes them
    properties      what the generator's properties are
    unions          how the variants of a union are told apart
    models          the fields of models, which models name which, and which are needed at all
    methods         what a method takes and gives, how it pages, what it raises
    tags            the classes of methods, and the planes whose clients have them

    types           annotations, and the checks that read values out of JSON
    imports         import statements
    field_readings  how the fields of a model are read out of JSON
    model_modules   the modules of models
    method_modules  the modules of operations, tags and clients
"""

from .context import TemplateContext
from .document import ContractError, as_the_library_reads_it, read_document
from .names import escaped, literal

__all__ = ["ContractError", "TemplateContext", "as_the_library_reads_it", "escaped", "literal", "read_document"]
