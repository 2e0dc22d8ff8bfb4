/* Single keys, declared on the page and switched off in their own dialog (WCAG 2.1.4).

   data-key="d" data-key-label="…"   pressing d activates the link or button, or focuses the input
   [data-rows] with [data-row]       j and k move through the rows, Enter opens the row's first link
   template#ui-keys                  the dialog's words; "?" opens it
*/

const OFF = "ui-keys-off";
const list = document.querySelector("template#ui-keys");

const isTyping = (target) =>
  target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .ww-map-canvas");

const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];

const move = (by) => {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = all[Math.min(all.length - 1, Math.max(0, at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  for (const row of all) row.toggleAttribute("aria-selected", false);
  next.setAttribute("aria-selected", "true");
  const link = next.matches("a") ? next : next.querySelector("a");
  link?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
};

const activate = (key) => {
  const place = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key === key && element.checkVisibility?.() !== false && !element.disabled,
  );
  if (!place) return false;
  if (place.matches("input, textarea, select")) place.focus();
  else place.click();
  return true;
};

const line = (key, label) => {
  const term = document.createElement("dt");
  const cap = document.createElement("kbd");
  cap.textContent = key;
  term.append(cap);
  const text = document.createElement("dd");
  text.textContent = label;
  return [term, text];
};

const showKeys = () => {
  if (!list) return false;
  let dialog = document.getElementById("ui-keys-dialog");
  if (!dialog) {
    document.body.append(list.content.cloneNode(true));
    dialog = document.getElementById("ui-keys-dialog");
    const box = dialog.querySelector("[data-keys-on]");
    box.addEventListener("change", () => {
      if (box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    });
  }
  dialog.querySelector("[data-keys-on]").checked = localStorage.getItem(OFF) !== "yes";
  const known = [];
  if (rows().length) known.push(["j", list.dataset.wordNext], ["k", list.dataset.wordPrevious]);
  for (const place of document.querySelectorAll("[data-key]")) {
    if (!known.some(([key]) => key === place.dataset.key)) known.push([place.dataset.key, place.dataset.keyLabel]);
  }
  known.push(["?", list.dataset.wordHelp]);
  dialog.querySelector("dl").replaceChildren(...known.flatMap(([key, label]) => line(key, label)));
  dialog.showModal();
  return true;
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-open]")) showKeys();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    if (showKeys()) event.preventDefault();
    return;
  }
  if (event.key.length !== 1 || localStorage.getItem(OFF) === "yes") return;
  const done = event.key === "j" ? move(1) : event.key === "k" ? move(-1) : activate(event.key);
  if (done) event.preventDefault();
});
