/* Offered choices: a press on [data-offer] chooses that value in the form's own list or buttons, as if by hand.
   What is chosen by hand is never changed, and the offers only show which of them it is. */

const fieldOf = (button) => button.form.elements.namedItem(button.dataset.offerName);

const valueOf = (field) => field?.value ?? "";

const mark = (form) => {
  for (const button of form.querySelectorAll("[data-offer]")) {
    button.setAttribute("aria-pressed", String(valueOf(fieldOf(button)) === button.dataset.offer));
  }
};

const choose = (button) => {
  const field = fieldOf(button);
  if (!field) return;
  field.value = button.dataset.offer;
  const chosen = field instanceof RadioNodeList ? [...field].find((one) => one.checked) : field;
  chosen?.dispatchEvent(new Event("change", { bubbles: true }));
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-offer]");
  if (!button?.form) return;
  choose(button);
  mark(button.form);
});

document.addEventListener("change", (event) => {
  if (event.target.form) mark(event.target.form);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const form = event.target.closest?.("form");
  if (form) mark(form);
});
