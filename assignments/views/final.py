from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse

from assignments.views.studio import ASKS_A_MINUTE, TOO_FAST, own_picture, own_work, posted, uuid_or_404
from gallery import tasks
from gallery.ratelimit import is_too_fast


@posted
def finish(request, public_id):
    """Ask for the final picture of the one that the form names; what stands against it is said above the studio."""
    work = own_work(request, public_id)
    token = request.POST.get("token")
    try:
        if is_too_fast("ask", request.user.pk, limit=ASKS_A_MINUTE, seconds=60):
            raise ValidationError(TOO_FAST, code="too_fast")
        generation = work.finish(own_picture(request, work), uuid_or_404(token) if token else None)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("assignments:studio", public_id=public_id)
    tasks.ring(generation.engine)
    return redirect(f"{reverse('assignments:studio', args=[public_id])}#live-trail")
