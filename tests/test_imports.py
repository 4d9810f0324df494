"""No module imports itself, directly or through others."""

import grimp

PACKAGES = (
    "database",
    "accounts",
    "departments",
    "booking",
    "workflow",
    "serviceshop",
    "benchmarks",
)


def circles(graph):
    """Groups of modules that import each other: those left when modules that import none of
    the others, or that none of the others imports, are removed again and again."""
    left = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while True:
        imported = set().union(*left.values()) & left.keys()
        kept = {
            module: imports & left.keys()
            for module, imports in left.items()
            if module in imported and imports & left.keys()
        }
        if len(kept) == len(left):
            return sorted(kept)
        left = kept


def test_there_is_no_import_circle():
    assert circles(grimp.build_graph(*PACKAGES, cache_dir=None)) == []


def test_a_circle_is_found():
    graph = grimp.ImportGraph()
    for importer, imported in [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")]:
        graph.add_import(importer=importer, imported=imported)
    assert circles(graph) == ["b", "c"]
