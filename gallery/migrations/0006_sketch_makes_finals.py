from django.db import migrations


def let_sketch_make_finals(apps, schema_editor):
    """An engine that came from the environment before finals were known has no quality for them."""
    sketch = apps.get_model("gallery", "Engine").objects.filter(name="sketch", provider="sketch", final_quality="")
    sketch.update(final_quality="high")


class Migration(migrations.Migration):
    dependencies = [("gallery", "0005_prices_and_keyed_purses")]
    operations = [migrations.RunPython(let_sketch_make_finals, migrations.RunPython.noop, elidable=True)]
