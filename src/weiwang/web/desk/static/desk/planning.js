/* Planning: a press in a list brings its place on the map; a finished drawing shows itself. */

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (!button) return;
  const map = document.querySelector("[data-map]");
  map?.dispatchEvent(new CustomEvent("ui:map-show", { detail: { id: button.dataset.show } }));
  map?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:afterSettle", () => {
  const link = document.querySelector("[data-follow]");
  if (link) window.location.assign(link.href);
});
