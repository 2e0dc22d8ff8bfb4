/* One place at a time: a pin takes back a chosen building, a building takes back the pin.
   Forms marked data-send-position go off by themselves once the position is there. */

const dropBuilding = () => {
  const none = document.querySelector('input[name="building"][value=""]');
  if (none) none.checked = true;
};

const dropPin = (form) => {
  for (const name of ["lon", "lat"]) form.elements[name].value = "";
  form.querySelector("[data-spot]")?.replaceChildren();
};

for (const kind of ["ui:position", "ui:place"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest("form");
    if (form?.matches("[data-send-position]")) form.requestSubmit();
    else dropBuilding();
  });
}

document.addEventListener("change", (event) => {
  if (event.target.name === "building" && event.target.value) dropPin(event.target.form);
});
