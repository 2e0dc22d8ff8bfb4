/* Changing a plan by hand: press houses or draw a lasso, choose where they go, see at once what comes of it.
   The ticked boxes of the list are what is chosen; the map only ticks them. Without this file the list works alone. */

const hand = document.querySelector("[data-hand]");
const form = hand?.querySelector("[data-change]");
const words = hand?.dataset;
const said = hand?.querySelector("[data-said]");
let map;
let houses;

const boxes = () => [...form.querySelectorAll("input[name=piece]")];
const boxOf = (piece) => form.querySelector(`input[name=piece][value="${piece}"]`);
const rowOf = (piece) => form.querySelector(`li[data-piece="${piece}"]`);
const chosen = () => boxes().filter((box) => box.checked).map((box) => Number(box.value));
const say = (sentence) => { said.textContent = sentence; };

const paint = (piece, on) => map?.getSource("houses") && map.setFeatureState({ source: "houses", id: piece }, { chosen: on });

const showChosen = () => {
  const all = chosen();
  const held = all.reduce((sum, piece) => sum + Number(rowOf(piece).dataset.households), 0);
  const line = form.querySelector("[data-chosen]");
  if (line && all.length) line.textContent = words.wordChosen.replace("{count}", all.length).replace("{held}", held);
};

const choose = (piece, on) => {
  const box = boxOf(piece);
  if (!box) return;
  box.checked = on ?? !box.checked;
  paint(piece, box.checked);
};

form?.addEventListener("change", (event) => {
  if (event.target.name !== "piece") return;
  paint(Number(event.target.value), event.target.checked);
  showChosen();
});

/* ---- what came back ---- */

const tell = (answer) => {
  for (const field of document.querySelectorAll("input[name=seen]")) field.value = answer.version;
  for (const group of answer.groups) {
    const box = document.getElementById(`g${group.id}`);
    if (!box) continue;
    box.querySelector("[data-held]").textContent = words.wordHeld.replace("{held}", group.households);
    const list = box.querySelector("[data-faults]");
    list.replaceChildren(...group.sentences.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
    const option = form.querySelector(`#to option[value="${group.key}"]`);
    if (option && group.level === "micro") option.textContent = `${group.name} (${group.households})`;
  }
  for (const [piece, micro] of Object.entries(answer.pieces)) {
    form.querySelector(`ul[data-micro="${micro}"]`)?.append(rowOf(piece));
    const house = houses?.features.find((feature) => feature.id === Number(piece));
    if (house) house.properties.micro = micro;
  }
  const broken = answer.groups.flatMap((group) => group.sentences);
  say([answer.sentence, words.wordCost.replace("{cost}", answer.cost), ...broken].join(" "));
};

const redraw = (groups) => {
  for (const level of ["micro", "grid"]) {
    const source = map?.getSource(`plan-${level}`);
    if (!source) continue;
    const data = source.serialize().data;
    const changed = new Map(groups.filter((group) => (group.level === "grid") === (level === "grid")).map((group) => [`g${group.id}`, group.feature]));
    const features = data.features.filter(({ properties }) => !changed.has(properties.id));
    source.setData({ ...data, features: [...features, ...[...changed.values()].filter(Boolean)] });
  }
  map?.getSource("houses")?.setData(houses);
};

const freshKey = () => window.crypto.randomUUID();

const send = async (where, body) => {
  const response = await fetch(where, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return window.location.reload();
  const answer = await response.json();
  for (const field of document.querySelectorAll("input[name=submission_key]")) field.value = freshKey();
  if (!response.ok) return say(answer.sentence);
  if (answer.reload) return window.location.reload();
  if (answer.part && !window.location.pathname.includes(`/${answer.part}/`)) return window.location.reload();
  tell(answer);
  redraw(answer.groups);
  for (const box of boxes()) if (box.checked) choose(Number(box.value), false);
  return undefined;
};

form?.addEventListener("submit", (event) => {
  const deed = event.submitter?.value || "move";
  if (event.submitter?.form !== form || deed !== "move") return;
  event.preventDefault();
  send(form.action, new FormData(form, event.submitter)).then(() => updateBack(true));
});

const back = hand?.querySelector("[data-back]");
const updateBack = (moved) => {
  if (!back) return;
  back.querySelector("[value=undo]").disabled = false;
  if (moved) back.querySelector("[value=redo]").disabled = true;
};

back?.addEventListener("submit", (event) => {
  event.preventDefault();
  const again = event.submitter.value === "redo";
  send(back.action, new FormData(back, event.submitter)).then(() => {
    back.querySelector("[value=redo]").disabled = again;
    back.querySelector("[value=undo]").disabled = false;
  });
});

/* ---- the map ---- */

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const drawHouses = () => {
  if (map.getSource("houses")) return;
  map.addSource("houses", { type: "geojson", data: houses });
  const chosenColour = ["case", ["boolean", ["feature-state", "chosen"], false], colour("--ww-late-fill"), colour("--ww-map-building-line")];
  const words = map.getStyle().layers.find(({ type }) => type === "symbol")?.id; // names stay above the houses
  map.addLayer({ id: "houses", type: "fill", source: "houses", paint: { "fill-color": chosenColour, "fill-opacity": 0.9 } }, words);
  map.addLayer({ id: "houses-line", type: "line", source: "houses", paint: { "line-color": colour("--ww-map-halo"), "line-width": 0.8 } }, words);
  for (const piece of chosen()) paint(piece, true);
};

const inside = ([x, y], ring) => ring.reduce((odd, [u, v], i) => {
  const [p, q] = ring[(i + 1) % ring.length];
  return (v > y) !== (q > y) && x < ((p - u) * (y - v)) / (q - v) + u ? !odd : odd;
}, false);

const middle = ({ coordinates, type }) => {
  const ring = type === "Polygon" ? coordinates[0] : coordinates[0][0];
  const points = ring.slice(0, -1);
  return points.reduce(([x, y], [u, v]) => [x + u / points.length, y + v / points.length], [0, 0]);
};

const lasso = (button) => {
  const canvas = map.getCanvasContainer();
  let line = [];
  const show = () => map.getSource("lasso").setData({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line } });
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const { lng, lat } = map.unproject([event.clientX - box.left, event.clientY - box.top]);
    return [lng, lat];
  };
  const stop = () => {
    button.setAttribute("aria-pressed", "false");
    map.dragPan.enable();
    canvas.style.touchAction = "";
    line = [];
    show();
  };
  if (!map.getSource("lasso")) {
    map.addSource("lasso", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    map.addLayer({ id: "lasso", type: "line", source: "lasso", paint: { "line-color": colour("--ww-late-fill"), "line-width": 2, "line-dasharray": [2, 1] } });
    let drawing = false;
    canvas.addEventListener("pointerdown", (event) => {
      drawing = button.getAttribute("aria-pressed") === "true";
      if (drawing) line = [at(event)];
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      line.push(at(event));
      show();
    });
    window.addEventListener("pointerup", () => {
      if (!drawing) return;
      drawing = false;
      if (line.length > 2) for (const house of houses.features) if (inside(middle(house.geometry), line)) choose(house.id, true);
      stop();
      showChosen();
    });
  }
  if (button.getAttribute("aria-pressed") === "true") return stop();
  button.setAttribute("aria-pressed", "true");
  map.dragPan.disable();
  canvas.style.touchAction = "none";
  say(words.wordLasso);
  return undefined;
};

/* The building that the address names: its list is opened, it is chosen, and the map goes there. */
const named = document.querySelector("li[data-piece]:target");

const openNamed = () => {
  for (let box = named.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  choose(Number(named.dataset.piece), true);
  named.scrollIntoView({ block: "center" });
};

const goToNamed = () => {
  const house = houses.features.find(({ id }) => id === Number(named.dataset.piece));
  if (house) map.jumpTo({ center: middle(house.geometry), zoom: 17 });
};

const takeMap = async (figure, shown) => {
  map = shown;
  houses = await (await fetch(words.houses, { headers: { Accept: "application/json" } })).json();
  drawHouses();
  if (named) goToNamed();
  map.on("styledata", () => map.isStyleLoaded() && drawHouses());
  const [drawer, pointer] = ["[data-lasso]", "[data-target]"].map((name) => hand.querySelector(name));
  if (!form.querySelector("#to")) return;
  for (const button of [drawer, pointer]) button.hidden = false;
  drawer.addEventListener("click", () => lasso(drawer));
  pointer.addEventListener("click", () => {
    const on = pointer.getAttribute("aria-pressed") !== "true";
    pointer.setAttribute("aria-pressed", String(on));
    if (on) say(words.wordTarget);
  });
  map.on("click", (event) => {
    const house = map.queryRenderedFeatures(event.point, { layers: ["houses"] })[0];
    if (pointer.getAttribute("aria-pressed") === "true") {
      const there = house?.properties.micro ?? map.queryRenderedFeatures(event.point, { layers: ["plan-micro-touch"] })[0]?.properties.key;
      if (there === undefined) return;
      pointer.setAttribute("aria-pressed", "false");
      form.querySelector("#to").value = String(there);
      form.requestSubmit(form.querySelector("button[value=move]"));
      return;
    }
    if (!house) return;
    choose(house.id);
    showChosen();
  });
};

if (hand && form) {
  hand.addEventListener("ui:map-shown", (event) => takeMap(event.target, event.detail.map));
  hand.addEventListener("ui:map-select", (event) => event.preventDefault());
  for (const detail of document.querySelectorAll("details:target")) {
    detail.open = true;
    detail.closest(".pl-grid").open = true;
  }
  if (named) openNamed();
  showChosen();
}
