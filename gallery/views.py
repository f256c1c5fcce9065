import logging
import mimetypes

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from .models import Picture

log = logging.getLogger(__name__)

#: Seconds a browser may show a picture again without asking: long enough for a lesson, short enough for a review to count.
KEPT_BY_BROWSER = 600


@require_safe
@login_required
def picture_file(request, public_id, size):
    """Serve one picture, or a thumbnail of it, to somebody who may see it; for everybody else it does not exist."""
    picture = get_object_or_404(Picture.objects.visible_to(request.user), public_id=public_id)
    name = picture.file_name(size)
    if name is None:
        raise Http404
    kind = mimetypes.guess_type(name)[0]
    if settings.ACCEL_PREFIX:
        response = HttpResponse(content_type=kind)
        response["X-Accel-Redirect"] = f"{settings.ACCEL_PREFIX.rstrip('/')}/{name}"
    else:
        try:
            response = FileResponse(default_storage.open(name), content_type=kind)
        except FileNotFoundError as error:
            log.error("picture file missing", extra={"picture": str(picture.public_id), "size": size})
            raise Http404 from error
    disposition = "attachment" if "download" in request.GET else "inline"
    response["Content-Disposition"] = f'{disposition}; filename="edu4all-{picture.public_id.hex[:8]}.{name.rpartition(".")[2]}"'
    response["Cache-Control"] = f"private, max-age={KEPT_BY_BROWSER}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
