// Small comforts of every page. Everything here works without this file too; texts come from the page.
const root = document.documentElement;
root.classList.add("js");

const live = () => document.getElementById("live");

/** Says a sentence to screen readers. Other modules send it here: dispatchEvent(new CustomEvent("say", {detail: text})). */
document.addEventListener("say", (event) => {
  const region = live();
  if (region) region.textContent = event.detail;
});

// A form that came back with errors: the list of them takes the focus.
document.querySelector("[data-focus]")?.focus();

// Menus close on Escape and when something else is pressed.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-print], [data-dialog], [data-close]");
  if (!button) return;
  if ("print" in button.dataset) window.print();
  else if ("close" in button.dataset) button.closest("dialog")?.close();
  else if (button.dataset.dialog) document.getElementById(button.dataset.dialog)?.showModal?.();
  else if (await copied(button.dataset.copy)) say(button, button.dataset.copied);
});

/** Copies a text, or the text of the element that a "#selector" names. Says whether it worked. */
async function copied(what) {
  const text = what.startsWith("#") ? document.querySelector(what)?.textContent.trim() : what;
  try {
    await navigator.clipboard.writeText(text ?? "");
    return true;
  } catch {
    return false; // not a secure address, or not allowed: the text is on the page and can be copied by hand
  }
}

function say(button, text) {
  if (!text) return;
  document.dispatchEvent(new CustomEvent("say", { detail: text }));
  const word = button.querySelector("[data-word]");
  if (!word || word.textContent === text) return;
  const before = word.textContent;
  word.textContent = text;
  setTimeout(() => (word.textContent = before), 2000);
}

// A secret that may be looked at while it is typed: <button data-reveal="#id_pin" aria-pressed="false">.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  const field = button && document.querySelector(button.dataset.reveal);
  if (!field) return;
  field.type = field.type === "password" ? "text" : "password";
  button.setAttribute("aria-pressed", String(field.type === "text"));
});

// Long words that show their first lines: <p data-clamped id="brief">, <button data-unclamp="brief" aria-expanded="false" hidden>.
for (const button of document.querySelectorAll("[data-unclamp]")) {
  const words = document.getElementById(button.dataset.unclamp);
  button.hidden = words.scrollHeight <= words.clientHeight + 2;
  button.addEventListener("click", () => {
    const isOpen = !words.toggleAttribute("data-clamped");
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = isOpen ? button.dataset.less : button.dataset.more;
  });
}

// One press is one request: the second press of an impatient finger does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.sent) return event.preventDefault();
  if (form.method !== "post") return;
  form.dataset.sent = "1";
  event.submitter?.setAttribute("data-busy", "");
});
// Back from the browser's memory: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[data-busy]")) button.removeAttribute("data-busy");
});

// A file to download answers without leaving the page: its form may be sent again soon.
document.addEventListener("submit", (event) => {
  if ("download" in event.target.dataset) setTimeout(() => window.dispatchEvent(new Event("pageshow")), 2000);
});

// Drafts of words stay on the device until they are sent (prompt.js). Signing out forgets them: the next child may use the same tablet.
document.addEventListener("submit", (event) => {
  if (!("forgetDrafts" in event.target.dataset)) return;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("edu4all.draft.")) localStorage.removeItem(key);
  } catch {
    /* storage is switched off: nothing was kept */
  }
});
