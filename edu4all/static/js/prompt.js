// Writing words: counter, helper chips, "start from this", Ctrl+Enter, and a draft that outlives a closed tab.
const PREFIX = "edu4all.draft.";
const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));
const say = (text) => text && document.dispatchEvent(new CustomEvent("say", { detail: text }));

// Counter under a field: "120 / 600", red when little room is left, and in words when there is too much.
for (const counter of document.querySelectorAll("[data-counter-for]")) {
  const field = document.getElementById(counter.dataset.counterFor);
  const max = Number(counter.dataset.max);
  let wasOver = false;
  const count = () => {
    const isOver = field.value.length > max;
    counter.textContent = `${field.value.length} / ${max}${isOver ? ` · ${counter.dataset.over}` : ""}`;
    if (isOver && !wasOver) say(counter.textContent);
    wasOver = isOver;
    counter.toggleAttribute("data-near", field.value.length > max * 0.9);
  };
  field.addEventListener("input", count);
  counter.hidden = false;
  count();
}

// A field that nobody has been in yet has its caret before the first letter; there, words belong at the end.
const visited = new WeakSet();
document.addEventListener("focusin", (event) => visited.add(event.target));

/** Puts words at the caret, with a comma and spaces where they are missing. */
function insert(field, words) {
  if (!visited.has(field)) field.setSelectionRange(field.value.length, field.value.length);
  const before = field.value.slice(0, field.selectionStart).trimEnd();
  const after = field.value.slice(field.selectionEnd).trimStart();
  const lead = !before ? "" : /[,.;:!?—-]$/.test(before) ? " " : ", ";
  const tail = !after ? "" : /^[,.;:!?]/.test(after) ? "" : ", ";
  const value = before + lead + words + tail + after;
  if (field.maxLength > 0 && value.length > field.maxLength) return;
  field.value = value;
  const caret = (before + lead + words).length;
  field.focus();
  field.setSelectionRange(caret, caret);
  changed(field);
}

// Helper chips: data-insert="calm mood|cheerful mood". Each press takes the next words and puts them where the last ones stood.
const fieldOf = (chip) => (chip.dataset.into ? document.querySelector(chip.dataset.into) : chip.closest("form")?.querySelector("textarea"));

function help(chip, field) {
  const choices = chip.dataset.insert.split("|");
  const now = choices.findIndex((words) => field.value.includes(words));
  const next = choices[(now + 1) % choices.length];
  if (now < 0) return insert(field, next);
  const at = field.value.indexOf(choices[now]);
  field.setRangeText(next, at, at + choices[now].length, "end");
  field.focus();
  changed(field);
}

for (const chip of document.querySelectorAll("[data-insert]")) {
  const field = fieldOf(chip);
  const look = () => chip.toggleAttribute("data-on", chip.dataset.insert.split("|").some((words) => field.value.includes(words)));
  field?.addEventListener("input", look);
  if (field) look();
}

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (chip) {
    const field = fieldOf(chip);
    if (field) help(chip, field);
    return;
  }
  const link = event.target.closest("[data-fill]");
  const field = link && document.querySelector(link.dataset.fill);
  if (!field || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  field.value = link.dataset.words;
  if (field.form?.elements.parent) startFrom(field.form, link.dataset.parent ?? "", link.dataset.number ?? "");
  changed(field);
  field.focus();
  field.scrollIntoView({ block: "center" });
  say(link.dataset.said);
});

/** Remembers which try the words grow from, for the trail. */
function startFrom(form, parent, number) {
  form.elements.parent.value = parent;
  const note = form.querySelector("[data-from-note]");
  if (!note) return;
  note.hidden = !number;
  note.querySelector("[data-from-number]").textContent = number;
}

// The glass box asks what would be sent: when it is opened, and while it is open a moment after the last letter.
const glass = document.querySelector("details[data-glass]");
const ask = () => glass.open && window.htmx?.trigger(glass.querySelector("[hx-post]"), "glass:ask");
let pause;
glass?.addEventListener("toggle", ask);
glass?.closest("form").addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(ask, 500);
});

// A radio button that shows its picture large: data-shows="#box" data-large data-full data-width data-height data-alt.
document.addEventListener("change", (event) => {
  const { shows, large, full, width, height, alt } = event.target.dataset ?? {};
  const box = shows && document.querySelector(shows);
  if (!box) return;
  const image = box.querySelector("img");
  const link = box.querySelector("[data-zoom]");
  Object.assign(image, { src: large, width, height, alt });
  link.href = full;
  Object.assign(link.dataset, { alt, width, height });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("textarea")) return;
  const form = event.target.form;
  if (!form || "rubric" in form.dataset) return; // the rubric has its own
  event.preventDefault();
  const button = form.querySelector("[data-ctrl-enter]") ?? form.querySelector("button:not([type=button])");
  if (form.requestSubmit) form.requestSubmit(button);
  else button?.click();
});

// Drafts: <textarea data-draft="trail-12">. The key names whose words they are; signing out forgets them all (site.js). A draft
// fills an empty field; with data-draft-first it also comes before the words of the last try. It stays until the words have arrived:
// the page that follows shows them in the field, and then draft and field are the same.
const store = (() => {
  try {
    localStorage.setItem(`${PREFIX}test`, "1");
    localStorage.removeItem(`${PREFIX}test`);
    return localStorage;
  } catch {
    return null; // storage is switched off: words live as long as the page
  }
})();
const plain = (text) => text.replace(/\s+/g, " ").trim();
if (store) {
  for (const field of document.querySelectorAll("[data-draft]")) {
    const key = PREFIX + field.dataset.draft;
    const draft = store.getItem(key) ?? "";
    if (plain(draft) === plain(field.value)) store.removeItem(key);
    else if (draft && (!field.value || "draftFirst" in field.dataset)) {
      field.value = draft;
      changed(field);
    }
    field.addEventListener("input", () => (field.value ? store.setItem(key, field.value) : store.removeItem(key)));
  }
}
