// Writing words: counter, helper chips, "start from this", Ctrl+Enter, and a draft that outlives a closed tab.
const PREFIX = "edu4all.draft.";
const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));
const say = (text) => text && document.dispatchEvent(new CustomEvent("say", { detail: text }));

// Counter under a field: "120 / 600", red when little room is left.
for (const counter of document.querySelectorAll("[data-counter-for]")) {
  const field = document.getElementById(counter.dataset.counterFor);
  const max = Number(counter.dataset.max);
  const count = () => {
    counter.textContent = `${field.value.length} / ${max}`;
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

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (chip) {
    const field = chip.dataset.into ? document.querySelector(chip.dataset.into) : chip.closest("form")?.querySelector("textarea");
    if (field) insert(field, chip.dataset.insert);
    return;
  }
  const link = event.target.closest("[data-fill]");
  const field = link && document.querySelector(link.dataset.fill);
  if (!field) return;
  event.preventDefault();
  field.value = link.dataset.words;
  changed(field);
  field.focus();
  field.scrollIntoView({ block: "center" });
  say(link.dataset.said);
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

// Drafts: <textarea data-draft="trail-12">. The key names whose words they are; signing out forgets them all.
const store = (() => {
  try {
    localStorage.setItem(`${PREFIX}test`, "1");
    localStorage.removeItem(`${PREFIX}test`);
    return localStorage;
  } catch {
    return null; // storage is switched off: words live as long as the page
  }
})();
if (store) {
  for (const field of document.querySelectorAll("[data-draft]")) {
    const key = PREFIX + field.dataset.draft;
    const draft = store.getItem(key);
    if (draft && !field.value) {
      field.value = draft;
      changed(field);
    }
    field.addEventListener("input", () => (field.value ? store.setItem(key, field.value) : store.removeItem(key)));
    field.form?.addEventListener("submit", () => store.removeItem(key));
  }
}
