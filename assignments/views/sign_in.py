from django.contrib.auth import authenticate, get_user_model, login
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from assignments import pins
from assignments.forms import PasswordForm, PinForm
from assignments.models import Classroom, Enrollment
from assignments.models.classroom import name_key, plain_code

BACKEND = "assignments.backends.NameOrEmailBackend"
WELCOME_SECONDS = 24 * 3600
#: Names that strangers may leave at the door of one class before the teacher looks.
WAITING_LIMIT = 40


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request):
    """Two doors on one page: students with class code, name and PIN; everybody else with a password."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect("home")
    is_student = "code" in request.POST
    password_form = PasswordForm(request.POST if request.method == "POST" and not is_student else None, prefix=None)
    pin_form = PinForm(request.POST if is_student else None, initial={"code": request.GET.get("code", "")})
    if is_student and pin_form.is_valid():
        answer = _enter_by_pin(request, pin_form)
    elif password_form.is_bound and password_form.is_valid():
        answer = _enter_by_password(request, password_form)
    else:
        answer = None
    return answer or render(
        request,
        "assignments/sign_in.html",
        {"password_form": password_form, "pin_form": pin_form, "next": request.POST.get("next") or request.GET.get("next", "")},
        status=422 if request.method == "POST" else 200,
    )


def _enter_by_password(request, form):
    person = authenticate(request, **form.cleaned_data)
    if person is None:
        form.add_error(None, _("Name and password do not fit together. Check capital letters and the keyboard's language."))
        return None
    return _welcome(request, person)


def _enter_by_pin(request, form):
    """Check one PIN; every way that fails takes as long as one that succeeds."""
    code, name, pin = (form.cleaned_data[field] for field in ("code", "name", "pin"))
    classroom = Classroom.objects.filter(join_code=plain_code(code), is_open=True, archived_at=None).first()
    if classroom is None:
        pins.check_pin(pin, "")
        form.add_error(
            "code", pgettext("student", "There is no class with this code now. Look at the board again, or ask your teacher.")
        )
        return None
    enrollment = Enrollment.objects.filter(classroom=classroom, name_key=name_key(name)).select_related("student").first()
    if enrollment is None:
        return _leave_name_at_door(request, form, classroom, name, pin)
    return _enter_as(request, form, enrollment, pin)


def _enter_as(request, form, enrollment, pin):
    if enrollment.student.is_adult:
        return _not_on_list(form, pin)
    if enrollment.removed_at or enrollment.is_trial or not enrollment.student.is_active:
        pins.check_pin(pin, "")
        form.add_error("name", pgettext("student", "This name is not on the class list any more. Ask your teacher."))
        return None
    if not enrollment.is_claimed:
        return _claim(request, form, enrollment, pin)
    if not enrollment.spend_try():
        pins.check_pin(pin, "")
        form.add_error("pin", _locked_sentence(enrollment))
        return None
    if not pins.check_pin(pin, enrollment.pin_hash):
        enrollment.refresh_from_db()
        form.add_error(
            "pin",
            _locked_sentence(enrollment)
            if enrollment.is_locked
            else pgettext("student", "This is not the right PIN. Try once more, slowly."),
        )
        return None
    enrollment.accept_pin(pin)
    return _let_in(request, enrollment)


def _claim(request, form, enrollment, pin):
    """Take the first PIN of a roster name."""
    if pins.is_easy(pin):
        pins.check_pin(pin, "")
        form.add_error("pin", pgettext("student", "This PIN is too easy to guess. Think up another one."))
    elif enrollment.claim(pin) or _is_pressed_twice(enrollment, pin):
        return _let_in(request, enrollment)
    else:
        form.add_error("pin", pgettext("student", "Somebody has just taken this name. Tell your teacher."))
    return None


def _is_pressed_twice(enrollment, pin):
    """Tell whether the PIN that was quicker is this very one."""
    enrollment.refresh_from_db()
    is_same = enrollment.spend_try() and pins.check_pin(pin, enrollment.pin_hash)
    if is_same:
        enrollment.accept_pin(pin)
    return is_same


def _leave_name_at_door(request, form, classroom, name, pin):
    """Keep a typed new name and its PIN until the teacher lets it in."""
    if pins.is_easy(pin):
        pins.check_pin(pin, "")
        form.add_error("pin", pgettext("student", "This PIN is too easy to guess. Think up another one."))
        return None
    if classroom.enrollments.waiting().count() >= WAITING_LIMIT:
        return _not_on_list(form, pin)
    try:
        enrollment = Enrollment.objects.enrol(classroom, name, is_approved=False)
    except ValidationError:  # pressed twice, or two of that name at once: the row that won decides
        enrollment = Enrollment.objects.select_related("student").get(classroom=classroom, name_key=name_key(name))
    return _enter_as(request, form, enrollment, pin)


def _not_on_list(form, pin):
    pins.check_pin(pin, "")
    form.add_error("name", pgettext("student", "This name is not on the class list. Ask your teacher to add it."))


def _let_in(request, enrollment):
    if enrollment.approved_at is None:
        return render(request, "assignments/sign_in_wait.html", {"enrollment": enrollment, "classroom": enrollment.classroom})
    return _welcome(request, enrollment.student)


def _locked_sentence(enrollment):
    enrollment.refresh_from_db()
    if enrollment.is_locked_for_teacher:
        return pgettext("student", "This name is locked after many wrong PINs. Your teacher can unlock it.")
    return pgettext("student", "Too many wrong PINs. Wait a quarter of an hour, or ask your teacher to unlock your name.")


def _welcome(request, person):
    login(request, person, backend=BACKEND)
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if target and is_ours else "home")


def welcome_token(person):
    """Return the token of a one-time link for ``person``: it is spent by any sign-in after it was made."""
    return signing.dumps([person.pk, _last_login(person)], salt="assignments.welcome")


def _last_login(person):
    return person.last_login.isoformat() if person.last_login else ""


@require_safe
@never_cache
def welcome(request, token):
    """Open the teacher's home by the link that `make run` prints; a second time the link is spent."""
    try:
        pk, last_login = signing.loads(token, salt="assignments.welcome", max_age=WELCOME_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    person = get_user_model().objects.filter(pk=pk, is_active=True).first()
    if request.user.is_authenticated and request.user.pk == pk:
        return redirect("home")
    if person is None or _last_login(person) != last_login:
        return render(request, "assignments/link_spent.html", status=410)
    login(request, person, backend=BACKEND)
    return redirect("home")


def locked_out(request, credentials, *args, **kwargs):
    """Answer somebody who typed too many wrong passwords from here."""
    return render(request, "assignments/locked_out.html", status=429)
