"""How Sphinx builds the site. `docs/_site/build.py` runs it on a copy of the pages."""

project = "memsy-client"
copyright = "Memsy"
extensions = ["myst_parser"]
default_role = "py:obj"
nitpicky = False
python_maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = "memsy-client"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["_extra"]
html_copy_source = False
html_show_sphinx = False
# Summaries are fetched, which browsers refuse for pages that are opened as files.
html_show_search_summary = False
