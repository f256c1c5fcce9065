// The grading desk: <form data-rubric> with fieldsets .crit of radio buttons that carry data-points (and data-words, said beside the title).
// Digits choose the level of the criterion in focus and go on to the next; Ctrl+Enter saves. keys.js brings the other keys and the switch.
const form = document.querySelector("form[data-rubric]");

if (form) {
  const criteria = [...form.querySelectorAll(".crit")];
  const comment = form.querySelector("textarea");
  const total = form.querySelector("[data-total]");
  const number = new Intl.NumberFormat(document.documentElement.lang || "en", { maximumFractionDigits: 1 });
  const chosen = (criterion) => criterion.querySelector("input:checked");

  const show = () => {
    let sum = 0;
    for (const criterion of criteria) {
      const level = chosen(criterion);
      sum += Number(level?.dataset.points ?? 0);
      const words = criterion.querySelector("[data-level-words]");
      if (words && level) words.textContent = level.dataset.words ?? "";
    }
    if (!total) return;
    // As the server scales it: the rubric's best is all the points of the assignment, to one decimal.
    const { best, possible } = total.dataset;
    total.textContent = number.format(Number(best) ? (sum * possible) / best : sum);
  };
  form.addEventListener("change", show);
  show();

  // Where there is a keyboard, the first open criterion waits for a digit; a note that something is wrong is read first.
  const open = criteria.find((criterion) => !chosen(criterion));
  if (open && !document.querySelector("[data-focus]") && matchMedia("(min-width: 52rem) and (pointer: fine)").matches) {
    open.querySelector("input").focus({ preventScroll: true });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      const button = form.querySelector("[data-ctrl-enter]") ?? form.querySelector("button:not([type=button])");
      if (form.requestSubmit) form.requestSubmit(button);
      else button?.click();
      return;
    }
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    if (!digit || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (document.documentElement.hasAttribute("data-keys-off")) return;
    const focus = document.activeElement;
    if (document.querySelector("dialog[open]") || focus?.matches("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
    const inRubric = criteria.some((criterion) => criterion.contains(focus));
    // Outside the rubric digits begin with the first open criterion.
    const at = inRubric ? criteria.findIndex((criterion) => criterion.contains(focus)) : Math.max(0, criteria.findIndex((criterion) => !chosen(criterion)));
    const level = criteria[at]?.querySelectorAll("input[type=radio]")[digit - 1];
    if (!level) return;
    event.preventDefault();
    level.checked = true;
    level.dispatchEvent(new Event("change", { bubbles: true }));
    const next = criteria[at + 1];
    (next ? chosen(next) ?? next.querySelector("input") : comment ?? level).focus();
  });
}
