from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone


def give_an_end(apps, schema_editor):
    """What was said before there were ends, and perhaps forgotten, holds for one more day."""
    rules, tomorrow = apps.get_model("gallery", "LaneRule").objects, timezone.now() + timedelta(days=1)
    rules.exclude(paused_at=None).update(paused_until=tomorrow)
    rules.exclude(finals_only_at=None).update(finals_only_until=tomorrow)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0006_sketch_makes_finals")]
    operations = [
        migrations.AddField(
            model_name="lanerule",
            name="paused_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="paused until"),
        ),
        migrations.AddField(
            model_name="lanerule",
            name="finals_only_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="only final pictures until"),
        ),
        migrations.RunPython(give_an_end, migrations.RunPython.noop, elidable=True),
    ]
