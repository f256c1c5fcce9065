"""What every request needs to know of the person: language, time zone, and whether a teacher is trying the site out."""

from django.utils import timezone, translation

from .models import Classroom, Enrollment, School

TRIAL = "trial"


class TrialMiddleware:
    """Lets a teacher see the site as the class's try-out pupil, who is nobody's child.

    ``request.trial`` is the try-out enrolment or None, ``request.teacher`` the person who really sits there.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.trial, request.teacher = None, None
        if pk := request.session.get(TRIAL):
            trial = (
                Enrollment.objects.filter(pk=pk, is_trial=True, classroom__in=Classroom.objects.taught_by(request.user))
                .select_related("student", "classroom")
                .first()
                if request.user.is_authenticated
                else None
            )
            if trial and not request.path.startswith("/admin/"):
                request.trial, request.teacher, request.user = trial, request.user, trial.student
        return self.get_response(request)


class PreferencesMiddleware:
    """Speaks the person's language (profile, then cookie, then browser) and shows times in the school's zone.

    Pages of one class say its own school's time: see `Classroom.rule_times`.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        person = request.teacher or request.user
        language = person.language if person.is_authenticated else ""
        translation.activate(language or translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        request.school = School.objects.seen_by(person) if person.is_authenticated else None
        timezone.activate(request.school.zone) if request.school else timezone.deactivate()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response
