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

/* The map opens where the chosen building stands and shows it; the building stays the place of the report. */
const showOnMap = (form, { lon = "", lat = "" }) => {
  const map = form.querySelector("[data-map]");
  if (!map) return;
  Object.assign(map.dataset, { pinLon: lon, pinLat: lat });
  if (lon) map.querySelector("[data-map-open]")?.click();
  map.dispatchEvent(new CustomEvent("ui:map-pin"));
};

document.addEventListener("change", (event) => {
  if (event.target.name !== "building") return;
  if (event.target.value) dropPin(event.target.form);
  showOnMap(event.target.form, event.target.dataset);
});
