// One-key shortcuts: data-key="KeyJ" on a link, button or field. Keys are places on the keyboard (event.code), so the Russian layout works.
// A switch <input type="checkbox" data-keys-switch> turns them off and is remembered on this device.
const NAME = "edu4all.keys";
const read = () => {
  try {
    return localStorage.getItem(NAME) !== "off";
  } catch {
    return true;
  }
};
let on = read();

for (const box of document.querySelectorAll("[data-keys-switch]")) {
  box.checked = on;
  box.addEventListener("change", () => {
    on = box.checked;
    document.documentElement.toggleAttribute("data-keys-off", !on);
    try {
      localStorage.setItem(NAME, on ? "on" : "off");
    } catch {
      /* storage is switched off: the choice lives as long as the page */
    }
  });
}
document.documentElement.toggleAttribute("data-keys-off", !on);

const typing = (target) => target.closest?.("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target) || document.querySelector("dialog[open]")) return;
  const help = event.key === "?" || (event.code === "Slash" && event.shiftKey);
  const goal = help ? document.querySelector("[data-key-help]") : event.shiftKey ? null : document.querySelector(`[data-key="${CSS.escape(event.code)}"]`);
  if (!goal) return;
  event.preventDefault();
  if (goal.matches("textarea, input:not([type=radio]):not([type=checkbox])")) goal.focus();
  else goal.click();
});
