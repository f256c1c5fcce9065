"""Who may see which pictures: the one rule of the school that the gallery asks for."""

from django.db.models import Q

from .models import Enrollment, Submission, Version


def visible_pictures(user):
    """Return the condition on pictures that ``user`` may see beyond their own.

    Teachers see all pictures of their classes, reviewers all, and classmates those that hang in the class gallery.
    """
    if user.is_staff and user.has_perm("gallery.view_picture"):
        return Q(pk__isnull=False)
    taught = Submission.objects.taught_by(user).values("trail")
    learning = Enrollment.objects.active().filter(student=user).values("classroom")
    hanging = Version.objects.hanging().filter(submission__assignment__classroom__in=learning)
    return Q(generation__trail__in=taught) | Q(pk__in=hanging.values("picture"))
