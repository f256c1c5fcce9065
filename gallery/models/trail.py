import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from gallery import live, queue
from gallery.prompts import SIZES

from .appeal import Appeal
from .event import Event
from .lane import Lane
from .picture import Picture
from .price import Price
from .purse import Purse


class TrailQuerySet(models.QuerySet):
    def with_tries(self):
        """Fetch everything that a page shows of a trail, in a number of queries that does not grow with its tries."""
        return self.select_related("owner").prefetch_related(
            models.Prefetch("generations", Generation.objects.select_related("engine", "parent", "appeal").order_by("number")),
            models.Prefetch("generations__pictures", Picture.objects.select_related("engine").order_by("position")),
        )


class Trail(models.Model):
    """All tries of one student at one assignment, in order, never rewritten.

    ``lane`` is the opaque key by which turns are shared, ``weight`` its share, ``purse`` what it may spend.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="trails", verbose_name=_("owner"))
    lane = models.CharField(max_length=60, blank=True, editable=False)
    weight = models.PositiveIntegerField(default=1, editable=False)
    purse = models.ForeignKey(Purse, models.PROTECT, null=True, blank=True, related_name="trails", verbose_name=_("purse"))
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)

    objects = TrailQuerySet.as_manager()

    class Meta:
        verbose_name = _("trail")
        verbose_name_plural = _("trails")

    def __str__(self):
        return str(self.public_id)

    def touch(self):
        """Tell every page that shows this trail, after the commit, that it changed."""
        public_id = self.public_id
        transaction.on_commit(lambda: live.changed(public_id))

    def follow(self, *, lane, weight, purse):
        """Take lane, weight and purse as they are now, so that a try counts by today's rules and not by those of the first."""
        if (self.lane, self.weight, self.purse_id) != (lane, weight, purse and purse.pk):
            self.lane, self.weight, self.purse = lane, weight, purse
            self.save(update_fields=["lane", "weight", "purse"])

    def tries_used(self):
        """Count the tries that gave, or may still give, a picture: refused and failed ones cost nothing, a final is none."""
        return self.generations.tries().count()

    def final(self):
        """Return the final picture that is ready or on its way; None where there is none, or it was refused or failed."""
        finals = Picture.objects.counted().filter(generation__trail=self, is_final=True)
        return finals.select_related("generation").first()

    def ask(
        self,
        *,
        prompt,
        language,
        parts,
        meta_prompt,
        engine,
        shape,
        pictures,
        quality="",
        parent=None,
        token=None,
        purses=(),
        final_of=None,
    ):
        """Accept one try and queue its ``pictures``; everything it will be drawn from is frozen here.

        ``parts`` is what will be sent, as (source, text) pairs. The same form ``token`` twice gives the same Generation.
        ``final_of`` is the picture of which this is the final one: it keeps that picture's seed.
        Besides the trail's own purse, all ``purses`` pay. TooLittle, a ValidationError with the code "purse" or "no_price",
        where one of them has too little left, and then nothing was written.
        """
        is_final = final_of is not None
        with transaction.atomic():
            trail = Trail.objects.select_for_update(of=("self",), no_key=True).select_related("purse__parent").get(pk=self.pk)
            if token and (known := trail.generations.filter(token=token).first()):
                return known
            worst = Price.objects.worst(engine, SIZES[shape], quality or engine.quality, has_source=is_final)
            generation = trail._next_generation(
                prompt=prompt,
                language=language,
                parts=parts,
                meta_prompt=meta_prompt,
                engine=engine,
                parent=parent,
                token=token,
                source=final_of,
                seed=final_of.seed if is_final else None,
                settings={
                    "shape": shape,
                    "size": list(SIZES[shape]),
                    "quality": quality,
                    "pictures": pictures,
                    "worst_micros": worst,
                }
                | ({"final": True} if is_final else {}),
            )
            reached, last, rank = Picture.objects.turns_of(engine, trail)
            turn = queue.first_turn(reached, last)
            Lane.objects.update_or_create(engine=engine, key=trail.lane, defaults={"weight": trail.weight})
            asked = []
            for position in range(pictures):
                picture = Picture.objects.create(
                    generation=generation,
                    position=position,
                    engine=engine,
                    owner_id=trail.owner_id,
                    lane=trail.lane,
                    turn=turn + position,
                    rank=rank + position,
                    seed=generation.seed + position,
                    is_final=is_final,
                )
                Event.objects.record("picture.queued", trail=trail, picture=picture)
                asked.append(picture)
            Purse.objects.reserve([purse for purse in (trail.purse, *purses) if purse], asked, worst)
            trail.touch()
        return generation

    def keep_refused(self, *, family, token=None, **stopped):
        """Keep a try whose words were refused: it has a gate, no pictures, and costs nothing.

        ``stopped`` is what a Generation takes: prompt, language, gate, engine, and the settings that were asked for.
        """
        with transaction.atomic():
            trail = self.locked()
            if token and (known := trail.generations.filter(token=token).first()):
                return known
            generation = trail._next_generation(token=token, gate_family=family, **stopped)
            kind = {} if generation.gate == "care" else {"family": family}  # what a child in need wrote of is for its teachers
            Event.objects.record("generation.refused", trail=trail, reason=generation.gate, **kind)
            trail.touch()
        return generation

    def hold(self, *, prompt, family, token=None, **stopped):
        """Keep a try whose words an adult looks at first, and lay it before them; it has no pictures yet and costs nothing.

        The same words are held once: while nobody has decided, that try is given. ValidationError("kept") where an adult has
        looked at them already and they stay stopped, "too_many" where several other tries wait for an answer.
        """
        with transaction.atomic():
            trail = self.locked()
            if token and (known := trail.generations.filter(token=token).first()):
                return known
            same = trail.generations.filter(prompt=prompt, held_at__isnull=False).select_related("appeal")
            if known := same.filter(appeal__decided_at=None).first():
                return known
            if (last := same.last()) and last.appeal.is_kept:
                said = pgettext("student", "Your teacher has looked at these words already. Try other words.")
                raise ValidationError(said, code="kept")
            held_at = timezone.now()
            generation = trail._next_generation(prompt=prompt, token=token, gate_family=family, held_at=held_at, **stopped)
            Appeal.objects.open_for(generation, Appeal.Kind.HELD)
            trail.touch()
        return generation

    def locked(self):
        """Return this trail as it is now, to be written by nobody else until the transaction ends."""
        return Trail.objects.select_for_update(of=("self",), no_key=True).get(pk=self.pk)

    def _next_generation(self, *, seed=None, **fields):
        number = (self.generations.aggregate(last=Max("number"))["last"] or 0) + 1
        seed = queue.seed_for(self.public_id, number) if seed is None else seed
        return Generation.objects.create(trail=self, number=number, seed=seed, **fields)


class GenerationQuerySet(models.QuerySet):
    def tries(self):
        """Return what counts as a try: it gave, or may still give, pictures that are no final one."""
        is_kept = models.Q(pictures__held_at=None) | models.Q(pictures__hidden_at=None)  # else it was given back
        return self.filter(is_kept, pictures__status__in=Picture.COUNTED, pictures__is_final=False).distinct()


class Generation(models.Model):
    """One try: the words, the frame they were put in, the settings and the step it grew from. Frozen once written."""

    class Kind(models.TextChoices):
        GENERATE = "generate", _("drawn from words")
        EDIT = "edit", _("edited")
        VARY = "vary", _("varied")
        REWORD = "reword", _("reworded")
        IMPORT = "import", _("brought along")

    #: Gates that judge words, and may be wrong about them. A cry for help is no mistake, nor is an empty prompt.
    GATES_OF_WORDS = ("words", "learned", "personal", "frame")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    trail = models.ForeignKey(Trail, models.CASCADE, related_name="generations", verbose_name=_("trail"))
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.GENERATE)
    prompt = models.TextField(_("prompt"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    meta_prompt = models.ForeignKey(
        "gallery.MetaPrompt", models.PROTECT, null=True, blank=True, related_name="generations", verbose_name=_("meta prompt")
    )
    parts = models.JSONField(_("what was sent"), default=list, blank=True, help_text=_("Pairs of source and text, in order."))
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    engine = models.ForeignKey("gallery.Engine", models.PROTECT, related_name="generations", verbose_name=_("engine"))
    seed = models.PositiveIntegerField(_("seed"))
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children", verbose_name=_("grown from")
    )
    source = models.ForeignKey(
        "gallery.Picture", models.SET_NULL, null=True, blank=True, related_name="edits", verbose_name=_("made from")
    )
    mask = models.CharField(max_length=120, blank=True, editable=False)
    gate = models.CharField(_("gate that refused"), max_length=20, blank=True)
    gate_family = models.CharField(_("family"), max_length=30, blank=True)
    held_at = models.DateTimeField(_("held"), null=True, blank=True)
    token = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        verbose_name = _("generation")
        verbose_name_plural = _("generations")
        ordering = ["trail", "number"]
        constraints = [
            models.UniqueConstraint(fields=["trail", "number"], name="generation_number_once"),
            models.UniqueConstraint(fields=["trail", "token"], name="generation_form_once"),
            models.CheckConstraint(condition=models.Q(held_at=None) | ~models.Q(gate=""), name="generation_held_by_a_gate"),
        ]

    def __str__(self):
        return f"{self.trail_id}.{self.number}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("A try is never rewritten.")
        super().save(*args, **kwargs)

    @property
    def is_held(self):
        """Whether an adult looks, or looked, at the words before anything is drawn from them."""
        return self.held_at is not None

    @property
    def is_refused(self):
        return bool(self.gate) and not self.is_held

    @property
    def may_be_appealed(self):
        """Whether its student may say that it was refused by mistake."""
        return self.is_refused and self.gate in self.GATES_OF_WORDS

    @property
    def is_final(self):
        """Whether this is no try of its own, but a picture drawn once more in the quality of final pictures."""
        return bool(self.settings.get("final"))

    @property
    def worst_micros(self):
        """The most that each of its pictures may take, as it was set aside, in micro-dollars; None where nobody knew."""
        return self.settings.get("worst_micros")

    @property
    def size(self):
        """Width and height in pixels that were asked for."""
        return tuple(self.settings["size"])
