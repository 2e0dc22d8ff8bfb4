/* What every page may need: switches, menus, dialogs, bulk choice, network state, htmx manners. */

const root = document.documentElement;
const words = document.body.dataset;

const press = (button) => {
  for (const other of button.parentElement.children) {
    other.setAttribute("aria-pressed", String(other === button));
  }
};

/* Theme and type change at once and are remembered in the background; language needs a new page. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("[data-preferences]") || !button || button.name === "language") return;
  event.preventDefault();
  if (button.name === "theme") root.dataset.themeChoice = button.value;
  if (button.name === "type") root.dataset.type = button.value;
  root.dispatchEvent(new Event("ui:theme"));
  press(button);
  fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual" });
});

/* Menus made of <details>: one open at a time, closed by Escape or a press elsewhere. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* A menu with a field to fill in puts the focus there when it opens. */
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details[data-menu][open]")) event.target.querySelector("[data-first]")?.focus();
}, true);

/* Dialogs: data-opens="id", data-closes; a form with data-confirm="id" asks there before it is sent. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens)?.showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const dialog = form.dataset.confirm && document.getElementById(form.dataset.confirm);
    if (!dialog || form.dataset.confirmed) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const submitter = event.submitter;
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "yes") return;
        form.dataset.confirmed = "yes";
        form.requestSubmit(submitter);
      },
      { once: true },
    );
    dialog.returnValue = "";
    dialog.showModal();
  },
  true,
);

/* A second press while a form is on its way sends nothing; the way back in history frees it again. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-hx-post]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/* Bulk bar: counts the boxes named data-choose in its form; data-choose-all ticks them all. */
const boxes = (formId) =>
  [...document.querySelectorAll("[data-choose]")].filter((box) => box.form?.id === formId);

const countChosen = () => {
  for (const bar of document.querySelectorAll("[data-bulk]")) {
    const chosen = boxes(bar.dataset.bulk).filter((box) => box.checked).length;
    const label = bar.querySelector("[data-word]");
    bar.hidden = chosen === 0;
    label.textContent = chosen ? label.dataset.word.replace("{count}", chosen) : "";
  }
};

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-choose-all]");
  if (all) for (const box of boxes(all.form?.id)) box.checked = all.checked;
  if (all || event.target.closest("[data-choose]")) countChosen();
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-bulk-clear]");
  if (!clear) return;
  for (const box of boxes(clear.closest("[data-bulk]").dataset.bulk)) box.checked = false;
  countChosen();
});

/* Going back brings typed words into a fresh page: the key they were sent under comes with them, so that sending
   again makes no second one. Browsers bring back only what was changed, so it is. */
for (const key of document.querySelectorAll("input[data-with-words]")) {
  const { value } = key;
  key.defaultValue = "";
  key.value = value;
}

/* A browser brings the line one writes on into sight; the whole box is to be seen, above the bars that stay. */
document.addEventListener("focusin", ({ target }) => {
  if (target instanceof HTMLTextAreaElement) target.scrollIntoView({ block: "nearest" });
});

/* Network state in words. Other scripts say how much waits: dispatch "ui:unsent" with detail.count. */
const showNetwork = () => {
  for (const place of document.querySelectorAll("[data-network]")) {
    place.dataset.network = navigator.onLine ? "on" : "off";
    place.textContent = navigator.onLine ? place.dataset.wordOn : place.dataset.wordOff;
  }
};

document.addEventListener("ui:unsent", (event) => {
  for (const place of document.querySelectorAll("[data-unsent]")) {
    place.hidden = !event.detail.count;
    place.textContent = place.dataset.word.replace("{count}", event.detail.count);
  }
});

/* Refusals of htmx requests that bring no form back are said aloud. */
const say = (sentence) => {
  const note = document.createElement("p");
  note.className = "ww-notice ww-tone-late";
  note.textContent = sentence;
  document.getElementById("ui-alert").replaceChildren(note);
  setTimeout(() => note.remove(), 8000);
};

document.addEventListener("htmx:sendError", () => say(words.wordFailed));
document.addEventListener("htmx:timeout", () => say(words.wordFailed));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  say(status === 401 ? words.wordExpired : status >= 500 ? words.wordFailed : words.wordRefused);
});

/* Signing in answers with a whole page; it must not land inside a list. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const page = /^\s*<!doctype html/i.test(event.detail.serverResponse || "");
  if (!page || event.detail.target === document.body) return;
  event.detail.shouldSwap = false;
  if (event.detail.xhr.status < 400) window.location.assign(event.detail.xhr.responseURL || window.location.href);
  else say(words.wordRefused);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.target?.setAttribute?.("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute?.("aria-busy"));
document.addEventListener("htmx:afterSettle", () => {
  countChosen();
  showNetwork();
});

window.addEventListener("online", showNetwork);
window.addEventListener("offline", showNetwork);
showNetwork();
countChosen();
document.querySelector("[data-focus]")?.focus();
