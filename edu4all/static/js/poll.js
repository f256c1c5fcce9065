// Live progress: <div id="…" data-poll hx-get="…" hx-trigger="every 2s, poll:now" hx-swap="outerHTML" data-say="Pictures ready: 1 of 4.">.
// htmx asks; this file keeps quiet in a hidden tab, asks at once when the tab is back, says what changed, and keeps open what was open.
// Only the polled element is replaced. The form, and what is being typed in it, is never touched.
const polled = () => document.querySelectorAll("[data-poll]");
const show = (name, is) => {
  for (const note of document.querySelectorAll(`[${name}]`)) note.hidden = !is;
};
let said = document.querySelector("[data-say]")?.dataset.say ?? "";
let isSignedOut = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if ((document.hidden || isSignedOut) && event.target.closest?.("[data-poll]")) event.preventDefault();
});

const askNow = () => {
  if (!document.hidden) for (const element of polled()) window.htmx?.trigger(element, "poll:now");
};
document.addEventListener("visibilitychange", askNow);
window.addEventListener("online", askNow);

// What was folded out stays folded out when the element is replaced.
let open = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (new URL(xhr.responseURL || location.href).pathname.startsWith("/login/")) return signedOut(event);
  open = [...(target?.querySelectorAll?.("details[open][id]") ?? [])].map((details) => details.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  open = [];
});
document.addEventListener("htmx:afterSettle", () => {
  for (const element of document.querySelectorAll("[data-say]")) {
    const sentence = element.dataset.say;
    if (sentence && sentence !== said) document.dispatchEvent(new CustomEvent("say", { detail: (said = sentence) }));
  }
});

// Somebody signed out in another tab, or the session ended: say so, stop asking, leave the words where they are.
function signedOut(event) {
  event.preventDefault();
  isSignedOut = true;
  show("data-session-note", true);
}
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 403) signedOut(event);
});

// The line is down: a note shows until an answer comes; htmx goes on asking by itself.
document.addEventListener("htmx:sendError", () => show("data-offline-note", true));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail?.successful) show("data-offline-note", false);
});
