// Live progress: <ul data-poll hx-get="…" hx-trigger="every 3s, poll:now" hx-swap="outerHTML" data-say="1 of 4 is ready">.
// htmx asks; this file keeps quiet in a hidden tab, asks at once when the tab is back, and says what changed.
// Only the polled element is replaced. The form, and what is being typed in it, is never touched.
const polled = () => document.querySelectorAll("[data-poll]");
let said = document.querySelector("[data-poll]")?.dataset.say ?? "";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.closest?.("[data-poll]")) event.preventDefault();
});

const askNow = () => {
  if (!document.hidden) for (const element of polled()) window.htmx?.trigger(element, "poll:now");
};
document.addEventListener("visibilitychange", askNow);
window.addEventListener("online", askNow);

document.addEventListener("htmx:afterSettle", () => {
  for (const element of document.querySelectorAll("[data-say]")) {
    const sentence = element.dataset.say;
    if (sentence && sentence !== said) document.dispatchEvent(new CustomEvent("say", { detail: (said = sentence) }));
  }
});

// The line is down: a note shows until an answer comes; htmx goes on asking by itself.
const offline = (is) => {
  for (const note of document.querySelectorAll("[data-offline-note]")) note.hidden = !is;
};
document.addEventListener("htmx:sendError", () => offline(true));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail?.successful) offline(false);
});
