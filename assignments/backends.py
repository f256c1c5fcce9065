from django.contrib.auth.backends import ModelBackend

from .models import User


class NameOrEmailBackend(ModelBackend):
    """Signs in by username or e-mail, whatever its case, in the same time whether or not the person exists."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not username or password is None:
            return None
        people = list(User.objects.named(username)[:2])
        if len(people) != 1:
            User().set_password(password)
            return None
        person = people[0]
        return person if person.check_password(password) and self.user_can_authenticate(person) else None


def locked_name(request, credentials):
    """Return the name that wrong passwords count against: one for every spelling of a person, their e-mail included."""
    typed = ((credentials or {}).get("username") or request.POST.get("username", "")).strip()
    person = User.objects.named(typed).first()
    return person.username if person else typed.casefold()
