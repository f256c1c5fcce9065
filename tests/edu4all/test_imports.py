"""Who may import whom, read from the files themselves."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("edu4all", "gallery", "assignments")
FILES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
DOORS = ("views", "forms", "tasks", "admin", "urls")


def name_of(path):
    """Return the dotted name of the module at ``path``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path, tree):
    """Return the dotted names that the code of ``tree``, standing at ``path``, imports; relative ones spelled out."""
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            origin = ".".join(part for part in (base, node.module) if part)
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return found


TREES = {path: ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in FILES}
MODULES = {name_of(path) for path in FILES}
IMPORTS = {name_of(path): imports_of(path, tree) for path, tree in TREES.items()}


def is_in(name, package):
    return name == package or name.startswith(f"{package}.")


def is_ours(name):
    return name.split(".")[0] in APPS


def ours_in(modules):
    """Return (module, imported name of ours) for all modules that ``modules`` accepts."""
    return {(module, name) for module, names in IMPORTS.items() if modules(module) for name in names if is_ours(name)}


class TestLayers:
    def test_every_file_of_the_project_is_looked_at(self):
        assert {"gallery.tasks", "gallery.models.picture", "assignments.views.studio", "edu4all.settings"} <= MODULES

    def test_the_gallery_knows_nothing_of_schools(self):
        assert not {pair for pair in ours_in(lambda module: is_in(module, "gallery")) if is_in(pair[1], "assignments")}

    @pytest.mark.parametrize("app", ["gallery", "assignments"])
    def test_apps_do_not_lean_on_the_wiring(self, app):
        allowed = {("assignments.management.commands.prepare", "edu4all.catalogs")}
        wrong = {pair for pair in ours_in(lambda module: is_in(module, app)) if is_in(pair[1], "edu4all")}
        assert wrong <= allowed

    def test_models_import_no_views_forms_tasks_providers_or_admin(self):
        doors = [f"{app}.{door}" for app in APPS for door in (*DOORS, "providers", "engines", "generation")]
        of_models = ours_in(lambda module: is_in(module, "gallery.models") or is_in(module, "assignments.models"))
        assert of_models
        assert not {pair for pair in of_models if any(is_in(pair[1], door) for door in doors)}

    def test_providers_know_no_rows_and_no_settings(self):
        names = {name for module, names in IMPORTS.items() if is_in(module, "gallery.providers") for name in names}
        assert any(is_in(name, "gallery.providers.base") for name in names)
        assert not {name for name in names if is_in(name, "django") or is_in(name, "celery")}
        assert not {
            name
            for name in names
            if is_ours(name)
            and not any(is_in(name, pure) for pure in ("gallery.providers", "gallery.pictures", "gallery.prompts"))
        }

    @pytest.mark.parametrize("module", ["gallery.prompts", "gallery.pictures"])
    def test_pure_modules_import_nothing_of_ours(self, module):
        assert not [name for name in IMPORTS[module] if is_ours(name) or is_in(name, "django")]

    def test_safety_imports_only_itself(self):
        found = set(ours_in(lambda module: is_in(module, "gallery.safety")))
        assert found
        assert not {pair for pair in found if not is_in(pair[1], "gallery.safety")}

    def test_the_outside_is_reached_through_generation_alone(self):
        """Who else names providers only builds them, reads a constant, or is one."""
        users = {module for module, name in ours_in(lambda module: True) if is_in(name, "gallery.providers")}
        outside = {module for module in users if not is_in(module, "gallery.providers")}
        tools = {module for module in outside if is_in(module, "gallery.management")}
        allowed = {"gallery.generation", "gallery.gates", "gallery.engines", "gallery.checks", "assignments.views.studio"}
        assert outside - tools <= allowed


class TestHabits:
    def test_nothing_of_ours_is_imported_inside_a_function(self):
        late = set()
        for path, tree in TREES.items():
            for node in ast.walk(tree):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    late |= {(name_of(path), name) for name in imports_of(path, node) if is_ours(name)}
        assert not late

    def test_messages_leave_only_from_tasks(self):
        senders = {"apply_async", "delay", "delay_on_commit", "send_task", "apply_async_on_commit"}
        found = {
            name_of(path)
            for path, tree in TREES.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr in senders
        }
        assert found == {"gallery.tasks"}

    def test_no_module_is_called_after_nothing(self):
        assert not {
            module for module in MODULES if module.rpartition(".")[2] in {"services", "utils", "helpers", "common", "manager"}
        }

    def test_modules_stay_short(self):
        lists_of_words = {"gallery.providers.sketch.ground", "gallery.providers.sketch.places"}
        long = {name_of(path) for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > 400}
        assert long <= lists_of_words
