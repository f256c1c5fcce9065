from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.urls import reverse

from assignments import demo
from assignments.models import User
from assignments.views.sign_in import welcome_token
from edu4all import catalogs
from gallery import engines


class Command(BaseCommand):
    """Gets the site ready to start: translations, tables, static files, engines.

    Loads the demo class on one's own machine, and shuts its people out on any other.
    """

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--welcome", action="store_true", help="Print the demo sign-ins and a one-time link.")

    def handle(self, *, welcome, **options):
        catalogs.compile_stale()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        engine = engines.refresh()
        if settings.IS_LOCAL:
            demo.load()
        elif retired := demo.retire():
            self.stdout.write(f"Demo users that can no longer sign in: {retired}")
        if welcome:
            self.stdout.write(self.greeting(engine))

    def greeting(self, engine):
        """Return what `make run` prints once the site answers."""
        lines = [f"Draws with: {engine.title}{f' ({engine.model})' if engine.model else ''}"]
        if settings.IS_LOCAL:
            teacher, classroom = User.objects.get(username=demo.TEACHER), demo.classroom()
            link = reverse("assignments:welcome", args=[welcome_token(teacher)])
            lines += [
                f"Teacher, one-time link: http://127.0.0.1:{settings.PORT}{link}",
                f"Sign-ins: {demo.TEACHER}, {demo.ADMIN}, {demo.STUDENT}1 to {demo.STUDENT}{len(demo.PUPILS)}",
                f"Password: {demo.password()}",
            ]
            if classroom:
                lines.append(f"Class code: {classroom.shown_code} (name and a PIN of the pupil's own)")
        return "\n".join(lines)
