"""Who may see which pictures: the one rule of the school that the gallery asks for."""

from django.db.models import Q

from .models import Enrollment, Submission, Version


def visible_pictures(user):
    """Return the condition on pictures that ``user`` may see beyond their own.

    Teachers see all pictures of their classes, reviewers all, and classmates those that were handed in and approved, where
    the assignment shows its gallery.
    """
    if user.is_staff and user.has_perm("gallery.view_picture"):
        return Q(pk__isnull=False)
    taught = Submission.objects.taught_by(user).values("trail")
    return Q(generation__trail__in=taught) | Q(approved_at__isnull=False, hidden_at=None, pk__in=shown_to_classmates(user))


def shown_to_classmates(user):
    """Return the handed-in pictures of the classes ``user`` learns in, where the assignment shows its gallery."""
    learning = Enrollment.objects.active().filter(student=user).values("classroom")
    of_classmates = Version.objects.current().filter(
        submission__assignment__classroom__in=learning, submission__assignment__shows_gallery=True
    )
    return of_classmates.values("picture")
