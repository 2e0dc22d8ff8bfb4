/* Texts to begin an answer with: put below what is written already, with the first blank marked, to be changed
   before anything is sent. Without this script the same button asks the server to do it. */
const BLANK = /【填：[^】]*】|\[fill in: [^\]]*\]/;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-inserts]");
  if (!button) return;
  event.preventDefault();
  const text = button.form.elements.reply.selectedOptions[0]?.dataset.text;
  const field = document.getElementById(button.dataset.inserts);
  if (!text || field.value.includes(text)) return field.focus();
  field.value = [field.value.trim(), text].filter(Boolean).join("\n\n");
  field.rows = Math.max(field.rows, Math.min(14, field.value.split("\n").length + 4));
  field.focus();
  const blank = BLANK.exec(field.value);
  if (blank) field.setSelectionRange(blank.index, blank.index + blank[0].length);
  return undefined;
});

/* A preview comes into sight with the button that sends it. */
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.elt.closest?.(".ww-preview-place") || detail.elt.matches?.("[data-case]")) {
    document.querySelector(".ww-preview")?.scrollIntoView({ block: "nearest" });
  }
});
