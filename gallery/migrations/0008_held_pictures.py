from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A drawn picture may be held by a gate until an adult has decided; no picture was before."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("gallery", "0007_lane_rule_until"),
    ]

    operations = [
        migrations.AddField(
            model_name="picture",
            name="held_at",
            field=models.DateTimeField(
                blank=True,
                help_text="By a gate, until an adult decides. Approving ends it; hiding keeps it, and gives the try back.",
                null=True,
                verbose_name="held",
            ),
        ),
        migrations.AddIndex(
            model_name="picture",
            index=models.Index(condition=Q(("held_at__isnull", False)), fields=["held_at"], name="picture_held"),
        ),
        migrations.AddConstraint(
            model_name="picture",
            constraint=models.CheckConstraint(
                condition=Q(("held_at", None), Q(("approved_at", None), ("status", "ready")), _connector="OR"),
                name="picture_held_is_for_adults",
            ),
        ),
    ]
