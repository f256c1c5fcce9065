import uuid
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from gallery import prompts
from gallery.models import Appeal, Event, Picture, Trail
from gallery.safety.gate import judge, language_of
from gallery.safety.normalise import clean

from .allowance import Allowance
from .assignment import Assignment
from .classroom import Classroom, Enrollment
from .policy import policy_for
from .word_rule import WordRule


class SubmissionQuerySet(models.QuerySet):
    def taught_by(self, user):
        return self.filter(assignment__classroom__in=Classroom.objects.taught_by(user))

    def handed_in(self):
        return self.exclude(submitted_at=None)

    def with_pictures(self):
        """Fetch what ``picture`` and ``current`` need, in a number of queries that does not grow."""
        versions = Version.objects.select_related("picture__generation", "picture__engine")
        works = self.select_related("chosen__generation", "chosen__engine")
        return works.defer("chosen__generation__parts").prefetch_related(  # the longest texts, and no list shows them
            models.Prefetch("versions", versions.defer("picture__generation__parts"))
        )

    def ready_to_grade(self):
        """Return work that was handed in, or handed in anew, after it was last graded."""
        return self.handed_in().filter(Q(grade=None) | Q(grade__graded_at__lt=F("submitted_at")))

    def begin(self, assignment, student):
        """Return ``student``'s work on ``assignment`` with its trail, made at the first visit."""
        known = self.filter(assignment=assignment, student=student).first()
        if known:
            return known
        classroom = assignment.classroom
        with transaction.atomic():
            Assignment.objects.select_for_update().get(pk=assignment.pk)
            known = self.filter(assignment=assignment, student=student).first()
            return known or self.create(
                assignment=assignment,
                student=student,
                trail=Trail.objects.create(
                    owner=student, lane=str(classroom.lane), weight=classroom.weight, purse=classroom.purse
                ),
            )


class Submission(models.Model):
    """What a student hands in: the chosen picture, its title, description and reason. It has no status: dates tell."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="submissions", verbose_name=_("assignment"))
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="submissions", verbose_name=_("student"))
    trail = models.OneToOneField(Trail, models.PROTECT, related_name="submission", verbose_name=_("trail"))
    chosen = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="chosen_for", verbose_name=_("chosen picture")
    )
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [models.UniqueConstraint(fields=["assignment", "student"], name="submission_once")]

    def __str__(self):
        return f"{self.assignment_id}: {self.student_id}"

    @property
    def is_handed_in(self):
        return self.submitted_at is not None

    @property
    def is_ready_to_grade(self):
        grade = getattr(self, "grade", None)
        return self.is_handed_in and (grade is None or grade.graded_at < self.submitted_at)

    @property
    def current(self):
        """The version that counts, the newest; None before the first hand-in."""
        return max(self.versions.all(), key=lambda version: version.number, default=None)

    @property
    def picture(self):
        """The picture that stands for the work: the one handed in, before that the chosen one; None where there is neither."""
        version = self.current
        return version.picture if version else self.chosen

    @property
    def missing(self):
        """What still lacks before the work is whole, as words a teacher reads; empty when it is handed in whole."""
        version = self.current
        if version is None:
            texts = [str(_("title")), str(_("description")), str(_("reason"))]
            return [str(_("choice of a picture")), *texts] if self.chosen_id is None else texts
        fields = [("title", _("title")), ("alt_text", _("description")), ("reason", _("reason"))]
        return [str(word) for name, word in fields if not getattr(version, name)]

    def tries_left(self):
        return max(0, self.assignment.max_tries - self.trail.tries_used())

    def ask(self, *, prompt, shape, pictures, parent=None, token=None):
        """Accept one try of the student: gate the words, freeze what will be sent, queue the pictures.

        A refused prompt is kept as a Generation with its gate and costs nothing; so is one that the gate wants an adult to see
        first. ValidationError with the code "closed", "no_tries", "no_engine", "purse", "no_price" or "changed" where nothing
        can be drawn, "kept" or "too_many" where an adult has looked already or has enough to look at.
        """
        self.assignment.require_open()
        engine = self._engine()
        verdict, language = judge(prompt, policy_for(self.assignment)), language_of(prompt)
        with self._asking() as (trail, purses):
            if token and (known := trail.generations.filter(token=token).first()):
                return known
            if verdict.outcome in ("allow", "hold"):
                self._require_try(trail)  # words that could not be drawn need nobody's look
            if verdict.outcome != "allow":
                stop = trail.hold if verdict.outcome == "hold" else trail.keep_refused
                return stop(
                    prompt=prompt,
                    language=language,
                    gate=verdict.gate,
                    family=verdict.family,
                    engine=engine,
                    token=token,
                    settings={"shape": shape, "size": list(prompts.SIZES[shape]), "pictures": pictures},
                )
            return self._draw(trail, purses, engine, verdict.cleaned, language, shape, pictures, parent=parent, token=token)

    def permit(self, appeal, adult, *, note="", phrase=""):
        """Let the words of a stopped try be drawn at the word of ``adult``: a new try, grown from it. Return that one.

        Only the words gate is passed; what ``ask`` says of limits, dates and engines counts as ever, and where it refuses,
        nothing is decided. A ``phrase`` is allowed in this assignment from now on. ValidationError("decided") where somebody
        was quicker.
        """
        self.assignment.require_open()
        engine, words = self._engine(), appeal.generation
        with self._asking() as (trail, purses):
            appeal.decide(adult, Appeal.Decision.ALLOW_WORD if phrase else Appeal.Decision.ALLOW, note)
            if phrase:
                WordRule.objects.write([phrase], "allow", adult, assignment=self.assignment)
            asked = {"shape": self.assignment.shape, "pictures": 1} | words.settings  # old refused tries kept no settings
            shape, pictures = asked["shape"], asked["pictures"]
            return self._draw(trail, purses, engine, clean(words.prompt), words.language, shape, pictures, parent=words)

    def _engine(self):
        """Return the engine that draws now. ValidationError("no_engine") where none may."""
        engine = self.assignment.drawing_engine
        if engine is None:
            raise ValidationError(_("No engine can draw just now. Your teacher has been told."), code="no_engine")
        return engine

    @contextmanager
    def _asking(self):
        """Give the trail, locked and under today's rules, and the purses that pay, in one transaction."""
        classroom = self.assignment.classroom
        with Allowance.objects.guarding(self.assignment, self.student_id) as purses, transaction.atomic():
            trail = Trail.objects.select_for_update(of=("self",), no_key=True).select_related("purse").get(pk=self.trail_id)
            trail.follow(lane=str(classroom.lane), weight=classroom.weight, purse=classroom.purse)
            yield trail, purses

    def _require_try(self, trail):
        if trail.tries_used() >= self.assignment.max_tries:
            raise ValidationError(_("All tries are used. Choose your best picture, or ask your teacher."), code="no_tries")

    def _draw(self, trail, purses, engine, words, language, shape, pictures, **asked):
        """Queue pictures from ``words`` that may be drawn, where tries and limits are left."""
        self._require_try(trail)
        Allowance.objects.require_all_in(purses, self.assignment, self.student_id)
        frame = self.assignment.meta_prompt(language)
        return trail.ask(
            prompt=words,
            language=language,
            parts=prompts.compose(frame.text, words, shape=shape, language=language),
            meta_prompt=frame,
            engine=engine,
            shape=shape,
            pictures=pictures,
            purses=purses,
            **asked,
        )

    def finish(self, picture, token=None):
        """Ask for the one final picture: ``picture`` drawn once more from the same words, in the engine's final quality.

        It is no try. One that was refused or failed does not count. ValidationError with the code "closed", "not_allowed",
        "no_engine", "no_quality", "not_yours", "final_once", "purse", "no_price" or "changed" where it cannot be made.
        """
        assignment, classroom = self.assignment, self.assignment.classroom
        assignment.require_open()
        if not assignment.allows_final:
            raise ValidationError(pgettext("student", "This assignment has no final pictures."), code="not_allowed")
        engine = assignment.drawing_engine
        if engine is None:
            raise ValidationError(_("No engine can draw just now. Your teacher has been told."), code="no_engine")
        if not engine.final_quality:
            said = pgettext("student", "The machine that draws here makes no final pictures. Hand in your best one as it is.")
            raise ValidationError(said, code="no_quality")
        guarding = Allowance.objects.guarding(assignment, self.student_id, is_final=True)
        with guarding as purses, transaction.atomic():
            trail = Trail.objects.select_for_update(of=("self",), no_key=True).select_related("purse").get(pk=self.trail_id)
            trail.follow(lane=str(classroom.lane), weight=classroom.weight, purse=classroom.purse)
            if token and (known := trail.generations.filter(token=token).first()):
                return known
            if trail.final():
                said = pgettext("student", "Your final picture is there already or on its way. It can be made once.")
                raise ValidationError(said, code="final_once")
            draft = self.own_pictures().filter(pk=picture.pk, is_final=False).select_related("generation__meta_prompt").first()
            if draft is None:
                raise ValidationError(_("Choose one of your own pictures that is ready."), code="not_yours")
            Allowance.objects.require_all_in(purses, assignment, self.student_id)
            words = draft.generation
            return trail.ask(
                prompt=words.prompt,
                language=words.language,
                parts=words.parts,
                meta_prompt=words.meta_prompt,
                engine=engine,
                shape=words.settings["shape"],
                pictures=1,
                quality=engine.final_quality,
                parent=words,
                token=token,
                final_of=draft,
                purses=purses,
            )

    def own_pictures(self):
        """Return the student's pictures of this work that are ready and to be seen."""
        return Picture.objects.shown_to_owner().filter(generation__trail=self.trail_id)

    def choose(self, picture):
        """Mark ``picture``, one of the student's own that are ready, as the best. ValidationError("closed") after the date."""
        self.assignment.require_open()
        if not self.own_pictures().filter(pk=picture.pk).exists():
            raise ValidationError(_("Choose one of your own pictures that is ready."), code="not_yours")
        self.chosen = picture
        self.save(update_fields=["chosen"])

    def hand_in(self, *, picture, title, alt_text, reason):
        """Keep a new version; earlier ones stay. ValidationError("closed") after the due date where late work is not taken."""
        self.choose(picture)
        with transaction.atomic():
            Submission.objects.select_for_update().get(pk=self.pk)
            number = self.versions.count() + 1
            version = self.versions.create(
                number=number,
                picture=picture,
                title=title,
                alt_text=alt_text,
                reason=reason,
                is_late=self.assignment.is_past_due,
            )
            Submission.objects.filter(pk=self.pk).update(submitted_at=Now())
            Event.objects.record("submission.handed_in", trail=self.trail, actor=self.student, number=number)
        self.refresh_from_db(fields=["submitted_at"])
        return version


@receiver(post_save, sender=Event)
def let_final_stand(sender, instance, **kwargs):
    """Choose a final picture in the moment it is ready, unless another one than its draft was chosen meanwhile.

    It runs in the transaction that makes the picture ready; only once, so that the student may choose the draft again. One
    that a gate holds is chosen when an adult lets it go.
    """
    is_released = instance.verb == "picture.approve" and "was_held" in instance.details
    if (instance.verb == "picture.ready" or is_released) and instance.picture.is_final:
        if Picture.objects.in_review().filter(pk=instance.picture_id).exists():
            return
        made = instance.picture.generation
        Submission.objects.filter(trail=made.trail_id, chosen=made.source_id).update(chosen=instance.picture)


class VersionQuerySet(models.QuerySet):
    def hanging(self):
        """Return what hangs in the class galleries: each work as it was when an adult approved its picture.

        Words that were handed in after the approval wait for another one, and meanwhile the approved ones stay. A work
        that was handed in anew with another picture, or whose author left the class, is taken down.
        """
        newer = Version.objects.filter(submission=OuterRef("submission"), number__gt=OuterRef("number"))
        newer_words = Q(picture=OuterRef("picture"), created_at__gt=OuterRef("picture__approved_at"))
        authors = Enrollment.objects.active().filter(
            student=OuterRef("submission__student"), classroom=OuterRef("submission__assignment__classroom")
        )
        return self.filter(
            ~Exists(newer.filter(~newer_words)),
            Exists(authors),
            picture__approved_at__gte=F("created_at"),
            picture__hidden_at=None,
            submission__submitted_at__isnull=False,
            submission__assignment__shows_gallery=True,
            submission__assignment__published_at__isnull=False,
            submission__assignment__classroom__archived_at=None,
        )


class Version(models.Model):
    """One hand-in of a submission; every one is kept."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="versions", verbose_name=_("submission"))
    number = models.PositiveSmallIntegerField(_("number"))
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="versions", verbose_name=_("picture"))
    title = models.CharField(_("title"), max_length=80)
    alt_text = models.CharField(_("description for someone who cannot see it"), max_length=250)
    reason = models.TextField(_("why this picture"), max_length=1000)
    is_late = models.BooleanField(_("late"), default=False)
    created_at = models.DateTimeField(_("handed in"), db_default=Now(), editable=False)  # the clock that approvals use too

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-in")
        verbose_name_plural = _("hand-ins")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="version_number_once")]

    def __str__(self):
        return f"{self.submission_id} v{self.number}"

    @property
    def is_approved(self):
        """Whether an adult looked at the picture with these words, and let classmates see it."""
        approved_at = self.picture.approved_at
        return approved_at is not None and approved_at >= self.created_at
