/* Our own map: ground, boundaries with Chinese labels, points with clusters; no outside tiles or glyphs.

   showMap(figure) reads the document at data-map-url:
   {"bounds": [west, south, east, north],
    "layers": [{"id": "units-grid", "url": "….geojson", "kind": "water|park|road|railway|building|wall|boundary|points"}],
    "labels": {"units-grid": "Grid", "step-0": "0", …, "tone-late": "Late", …}}
   Coordinates are WGS-84. A feature may carry: id, name, href, level (community|grid|micro), step (0-4, its
   colour), tone (late|near|cleared|action|quiet), class (of a road: major|minor|path).
   The legend shows what has a label and is on the map.

   Modes: "view": choosing a feature dispatches "ui:map-select" (cancelable, detail {layer, id, href, name}) and
   then follows its href. "pick": one pin; fills the inputs data-lon and data-lat (6 digits) and dispatches
   "ui:place" (detail {lon, lat}). "draw": one line or area, kept as GeoJSON in the input data-shape (map-draw.js).
   In "pick" the pin also stands where data-pin-lon and data-pin-lat say, after "ui:map-pin" (empty: none); the
   inputs stay as they are.
   Dispatch "ui:map-show" on the figure with detail {id} to bring a feature
   into view. */

const STEPS = 5;
const LEVELS = ["community", "grid", "micro"];
const LABELS_FROM = { community: 0, grid: 13, micro: 15.3 };
const WIDTHS = { community: 2.25, grid: 1.4, micro: 0.8 };
const TONES = { late: "--ww-late-fill", near: "--ww-near", action: "--ww-ink-fill", cleared: "--ww-cleared", quiet: "--ww-quiet" };
const DIGITS = 6;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const typeSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const has = (value) => value !== undefined && value !== null;

const fetchJson = async (url) => {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
};

/* Labels stand on the middle of the largest ring. */
const ringArea = (ring) => ring.reduce((sum, [x, y], i) => {
  const [u, v] = ring[(i + 1) % ring.length];
  return sum + x * v - u * y;
}, 0) / 2;

const ringMiddle = (ring) => {
  const [ox, oy] = ring[0];
  let area = 0, mx = 0, my = 0;
  for (let i = 0; i < ring.length; i += 1) {
    const [x, y] = [ring[i][0] - ox, ring[i][1] - oy];
    const next = ring[(i + 1) % ring.length];
    const [u, v] = [next[0] - ox, next[1] - oy];
    const cross = x * v - u * y;
    area += cross;
    mx += (x + u) * cross;
    my += (y + v) * cross;
  }
  return area ? [ox + mx / (3 * area), oy + my / (3 * area)] : ring[0];
};

const rings = ({ type, coordinates }) =>
  type === "Polygon" ? [coordinates[0]] : type === "MultiPolygon" ? coordinates.map((part) => part[0]) : [];

const labelPoints = (collection) => ({
  type: "FeatureCollection",
  features: collection.features.flatMap(({ geometry, properties }) => {
    const all = geometry ? rings(geometry) : [];
    if (!all.length || !properties.name) return [];
    const largest = all.reduce((best, ring) => (Math.abs(ringArea(ring)) > Math.abs(ringArea(best)) ? ring : best));
    return [{ type: "Feature", geometry: { type: "Point", coordinates: ringMiddle(largest) }, properties }];
  }),
});

const extent = (geometry) => {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part) => {
    if (typeof part[0] === "number") {
      box[0] = Math.min(box[0], part[0]);
      box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]);
      box[3] = Math.max(box[3], part[1]);
    } else part.forEach(visit);
  };
  visit(geometry.coordinates);
  return box;
};

/* ---- the style, made from the palette of the page ---- */

const stepColour = () => ["match", ["get", "step"],
  ...Array.from({ length: STEPS }, (_, step) => [step, colour(`--ww-map-step-${step}`)]).flat(), "rgba(0,0,0,0)"];

const toneColour = () => ["match", ["get", "tone"],
  ...Object.entries(TONES).flatMap(([tone, name]) => [tone, colour(name)]), colour(TONES.action)];

const byZoom = (...pairs) => ["interpolate", ["linear"], ["zoom"], ...pairs];
const roadWidth = (extra) => byZoom(
  11, ["+", extra, ["match", ["get", "class"], "major", 1.5, "path", 0.3, 0.6]],
  17, ["+", extra * 2, ["match", ["get", "class"], "major", 14, "path", 2, 7]]);

const words = (size, extra = {}) => ({
  "text-field": ["get", "name"], "text-size": size, "text-font": ["local"], "text-padding": 4, "text-max-width": 7, ...extra,
});
const ink = () => ({ "text-color": colour("--ww-map-words"), "text-halo-color": colour("--ww-map-halo"), "text-halo-width": 1.6 });

const ground = {
  water: (id) => [{ id, type: "fill", source: id, paint: { "fill-color": colour("--ww-map-water") } }],
  park: (id) => [{ id, type: "fill", source: id, paint: { "fill-color": colour("--ww-map-park") } }],
  railway: (id) => [{ id, type: "line", source: id, paint: { "line-color": colour("--ww-map-wall"), "line-width": byZoom(11, 1, 17, 4), "line-dasharray": [4, 2] } }],
  wall: (id) => [{ id, type: "line", source: id, minzoom: 14, paint: { "line-color": colour("--ww-map-wall"), "line-width": 1, "line-dasharray": [3, 1] } }],
  building: (id) => [{
    id, type: "fill", source: id, minzoom: 13,
    paint: {
      "fill-color": colour("--ww-map-building"), "fill-outline-color": colour("--ww-map-building-line"),
      "fill-opacity": byZoom(13, 0, 14, 0.7),
    },
  }],
  road: (id) => [
    { id: `${id}-line`, type: "line", source: id, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour("--ww-map-road-line"), "line-width": roadWidth(1) } },
    { id, type: "line", source: id, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour("--ww-map-road"), "line-width": roadWidth(0) } },
  ],
};

const boundary = (id, level) => [
  {
    id: `${id}-touch`, type: "fill", source: id,
    paint: {
      "fill-color": colour("--ww-map-unit"),
      "fill-opacity": ["case", ["boolean", ["feature-state", "shown"], false], 0.22, ["boolean", ["feature-state", "hover"], false], 0.1, 0],
    },
  },
  {
    id: `${id}-line`, type: "line", source: id,
    minzoom: level === "micro" ? 13 : 0,
    layout: { "line-join": "round" },
    paint: {
      "line-color": colour("--ww-map-unit"),
      "line-width": ["case", ["boolean", ["feature-state", "shown"], false], WIDTHS[level] + 2, WIDTHS[level]],
      "line-opacity": level === "community" ? 0.9 : 0.65,
      ...(level === "micro" ? { "line-dasharray": [3, 1.5] } : {}),
    },
  },
];

const boundaryWords = (id, level) => ({
  id: `${id}-words`, type: "symbol", source: `${id}-words`, minzoom: LABELS_FROM[level],
  ...(level === "community" ? { maxzoom: 15.5 } : {}),
  layout: words(typeSize() * { community: 1, grid: 0.875, micro: 0.8125 }[level]), paint: ink(),
});

const points = (id) => [
  {
    id: `${id}-cluster`, type: "circle", source: id, filter: ["has", "point_count"],
    paint: {
      "circle-color": ["case", [">", ["get", "late"], 0], colour(TONES.late), colour(TONES.action)],
      "circle-radius": ["step", ["get", "point_count"], 14, 10, 17, 100, 21],
      "circle-stroke-color": colour("--ww-map-halo"), "circle-stroke-width": 2,
    },
  },
  {
    id: `${id}-count`, type: "symbol", source: id, filter: ["has", "point_count"],
    layout: { "text-field": ["to-string", ["get", "point_count"]], "text-size": 13, "text-font": ["local"], "text-allow-overlap": true },
    paint: { "text-color": "#ffffff" },
  },
  {
    id, type: "circle", source: id, filter: ["!", ["has", "point_count"]],
    paint: {
      "circle-color": toneColour(), "circle-radius": byZoom(12, 5, 17, 9),
      "circle-stroke-color": colour("--ww-map-halo"),
      "circle-stroke-width": ["case", ["boolean", ["feature-state", "shown"], false], 4, 1.5],
    },
  },
];

const levelOf = (layer) => LEVELS.find((level) => layer.id.endsWith(level)) || "grid";

const drawnLayers = (layers) => {
  const of = (...kinds) => layers.filter((layer) => kinds.includes(layer.kind));
  const bounds = of("boundary").sort((a, b) => LEVELS.indexOf(levelOf(b)) - LEVELS.indexOf(levelOf(a)));
  return [
    { id: "land", type: "background", paint: { "background-color": colour("--ww-map-land") } },
    ...["park", "water"].flatMap((kind) => of(kind).flatMap(({ id }) => ground[kind](id))),
    ...bounds.map(({ id }) => ({ id: `${id}-fill`, type: "fill", source: id, paint: { "fill-color": stepColour(), "fill-opacity": 0.85 } })),
    ...["building", "wall", "railway", "road"].flatMap((kind) => of(kind).flatMap(({ id }) => ground[kind](id))),
    ...bounds.flatMap((layer) => boundary(layer.id, levelOf(layer))),
    ...of("road").map(({ id }) => ({
      id: `${id}-words`, type: "symbol", source: id, minzoom: 14,
      layout: words(typeSize() * 0.8, { "symbol-placement": "line" }), paint: ink(),
    })),
    ...of("building").map(({ id }) => ({
      id: `${id}-words`, type: "symbol", source: id, minzoom: 16, filter: ["has", "number"],
      layout: words(typeSize() * 0.75, { "text-field": ["get", "number"], "text-padding": 1 }), paint: ink(),
    })),
    ...bounds.map((layer) => boundaryWords(layer.id, levelOf(layer))),
    ...of("points").flatMap(({ id }) => points(id)),
  ];
};

const pointSource = (data) => ({
  type: "geojson", data, generateId: false, promoteId: "id", cluster: true, clusterRadius: 42, clusterMaxZoom: 16,
  clusterProperties: { late: ["+", ["case", ["==", ["get", "tone"], "late"], 1, 0]] },
});

const sources = (layers) => Object.fromEntries(layers.flatMap(({ id, kind, data }) => {
  if (kind === "points") return [[id, pointSource(data)]];
  const source = [id, { type: "geojson", data, promoteId: "id" }];
  return kind === "boundary" ? [source, [`${id}-words`, { type: "geojson", data: labelPoints(data) }]] : [source];
}));

const style = (layers) => ({ version: 8, sources: sources(layers), layers: drawnLayers(layers) });

/* ---- what stands on the map ---- */

const svg = (name, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

const html = (name, className, ...children) => {
  const element = document.createElement(name);
  element.className = className;
  element.append(...children);
  return element;
};

const toolPaths = { in: "M12 5v14M5 12h14", out: "M5 12h14", whole: "M4 8V4h4M20 8V4h-4M4 16v4h4M20 16v4h-4" };

const tool = (kind, label, act) => {
  const button = html("button", "ww-icon-button", svg("svg", { class: "ww-icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: toolPaths[kind] })));
  button.type = "button";
  button.title = label;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
};

const swatch = (kind, shade) => {
  const shape = {
    line: () => svg("path", { d: "M1 7h18", stroke: shade, "stroke-width": 2 }),
    thin: () => svg("path", { d: "M1 7h18", stroke: shade, "stroke-width": 1.2, "stroke-dasharray": "4 2" }),
    dot: () => svg("circle", { cx: 10, cy: 7, r: 5.5, fill: shade }),
    area: () => svg("rect", { x: 1, y: 1, width: 18, height: 12, rx: 2, fill: shade, stroke: colour("--ww-line-strong"), "stroke-width": 0.75 }),
  }[kind]();
  return svg("svg", { class: "ww-map-key", viewBox: "0 0 20 14", "aria-hidden": "true" }, shape);
};

const legendLines = ({ layers, labels }) => {
  const seen = (property) => new Set(layers.flatMap(({ data }) => data.features.map(({ properties }) => properties?.[property])).filter(has));
  const tones = seen("tone");
  const steps = seen("step");
  const unit = colour("--ww-map-unit");
  return [
    ...layers.filter(({ kind }) => kind === "boundary").map((layer) => [layer.id, swatch(levelOf(layer) === "micro" ? "thin" : "line", unit)]),
    ...Array.from({ length: STEPS }, (_, step) => step).filter((step) => steps.has(step)).map((step) => [`step-${step}`, swatch("area", colour(`--ww-map-step-${step}`))]),
    ...Object.entries(TONES).filter(([tone]) => tones.has(tone)).map(([tone, name]) => [`tone-${tone}`, swatch("dot", colour(name))]),
  ].filter(([key]) => labels[key]).map(([key, mark]) => html("li", "", mark, labels[key]));
};

const drawLegend = (canvas, figure, plan) => {
  const lines = legendLines(plan);
  const old = canvas.querySelector(".ww-map-legend");
  if (!lines.length) return old?.remove();
  const legend = html("details", "ww-map-legend", html("summary", "", figure.dataset.wordLegend), html("ul", "", ...lines));
  legend.open = old ? old.open : canvas.clientWidth >= 600;
  if (old) old.replaceWith(legend);
  else canvas.append(legend);
  return undefined;
};

/* ---- view: choosing things ---- */

const touchable = (plan) => plan.layers.filter(({ kind }) => kind === "points" || kind === "boundary")
  .flatMap(({ id, kind }) => (kind === "points" ? [id, `${id}-cluster`] : [`${id}-touch`]));

/* Points lie above units, the smallest unit above the larger ones. */
const topmost = (map, plan, point) => map.queryRenderedFeatures(point, { layers: touchable(plan) })[0];

const openCluster = async (map, feature) => {
  const zoom = await map.getSource(feature.source).getClusterExpansionZoom(feature.properties.cluster_id);
  map.easeTo({ center: feature.geometry.coordinates, zoom: zoom + 0.3, animate: !calm() });
};

const choose = (figure, feature) => {
  const { id, href, name } = feature.properties;
  const detail = { layer: feature.source, id, href, name };
  const goes = figure.dispatchEvent(new CustomEvent("ui:map-select", { bubbles: true, cancelable: true, detail }));
  if (goes && href) window.location.assign(href);
};

const viewMode = (map, figure, plan) => {
  const tip = html("div", "ww-map-hover");
  let hovered;
  let shown;
  map.getContainer().append(tip);
  const mark = (feature, state) => feature && has(feature.id) && map.getSource(feature.source) && map.setFeatureState({ source: feature.source, id: feature.id }, state);

  map.on("mousemove", (event) => {
    const feature = topmost(map, plan, event.point);
    if (hovered?.id !== feature?.id || hovered?.source !== feature?.source) {
      mark(hovered, { hover: false });
      mark(feature, { hover: true });
      hovered = feature;
      tip.textContent = feature?.properties.name || "";
    }
    const leads = feature && (feature.properties.href || feature.properties.cluster_id !== undefined);
    map.getCanvas().classList.toggle("ww-map-leads", Boolean(leads));
  });
  map.on("mouseout", () => {
    mark(hovered, { hover: false });
    hovered = undefined;
    tip.textContent = "";
  });
  map.on("click", (event) => {
    const feature = topmost(map, plan, event.point);
    if (!feature) return;
    if (feature.properties.cluster_id !== undefined) openCluster(map, feature);
    else choose(figure, feature);
  });
  figure.addEventListener("ui:map-show", ({ detail }) => {
    for (const { id: source, data } of plan.layers) {
      const feature = data.features.find(({ properties }) => properties?.id === detail.id);
      if (!feature) continue;
      mark(shown, { shown: false });
      shown = { source, id: detail.id };
      mark(shown, { shown: true });
      map.fitBounds(extent(feature.geometry), { padding: 48, maxZoom: 17, animate: !calm() });
      return;
    }
  });
};

/* ---- pick: one pin ---- */

const pinElement = () => html("div", "ww-map-pin", svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" },
  svg("path", { d: "M12 1.5a8 8 0 0 0-8 8c0 5.6 8 13 8 13s8-7.4 8-13a8 8 0 0 0-8-8z", fill: "currentColor", stroke: "#fff", "stroke-width": 1.5 }),
  svg("circle", { cx: 12, cy: 9.5, r: 3, fill: "#fff" })));

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const pickMode = (map, library, figure) => {
  const lon = document.getElementById(figure.dataset.lon);
  const lat = document.getElementById(figure.dataset.lat);
  const said = figure.querySelector(".ww-map-words");
  const element = pinElement();
  const pin = new library.Marker({ element, anchor: "bottom", draggable: true });
  let placed = false;
  let writing = false;

  const put = (place) => {
    pin.setLngLat(place);
    if (!placed) pin.addTo(map);
    placed = true;
  };
  const set = (place) => {
    put(place);
    element.toggleAttribute("data-loose", false);
    const at = { lon: place.lng.toFixed(DIGITS), lat: place.lat.toFixed(DIGITS) };
    writing = true;
    for (const [input, value] of [[lon, at.lon], [lat, at.lat]]) {
      if (!input) continue;
      input.value = value;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    writing = false;
    said.textContent = figure.dataset.wordSet.replace("{lon}", at.lon).replace("{lat}", at.lat);
    figure.dispatchEvent(new CustomEvent("ui:place", { bubbles: true, detail: { lon: place.lng, lat: place.lat } }));
  };
  const fromInputs = () => {
    const place = [parseFloat(lon?.value), parseFloat(lat?.value)];
    if (writing || !place.every(Number.isFinite) || Math.abs(place[0]) > 180 || Math.abs(place[1]) > 85) return;
    put(place);
    element.toggleAttribute("data-loose", false);
    map.easeTo({ center: place, zoom: Math.max(map.getZoom(), 16), animate: !calm() });
  };

  const nudge = ([x, y], far) => {
    if (!placed) put(map.getCenter());
    else {
      const at = map.project(pin.getLngLat());
      put(map.unproject([at.x + x * far, at.y + y * far]));
    }
    element.toggleAttribute("data-loose", true);
    if (!map.getBounds().contains(pin.getLngLat())) map.easeTo({ center: pin.getLngLat(), animate: !calm() });
  };

  const fromList = () => {
    if (figure.dataset.pinLon === undefined) return;
    const place = [parseFloat(figure.dataset.pinLon), parseFloat(figure.dataset.pinLat)];
    if (!place.every(Number.isFinite)) {
      pin.remove();
      placed = false;
      return;
    }
    put(place);
    element.toggleAttribute("data-loose", false);
    map.jumpTo({ center: place, zoom: Math.max(map.getZoom(), 17) });
  };

  const canvas = map.getCanvas();
  canvas.setAttribute("aria-label", figure.dataset.wordPin);
  canvas.addEventListener("keydown", (event) => {
    if (MOVES[event.key]) nudge(MOVES[event.key], event.shiftKey ? 40 : 8);
    else if (event.key === "Enter") set(placed ? pin.getLngLat() : map.getCenter());
    else if (event.key === "+" || event.key === "=") map.zoomIn({ animate: !calm() });
    else if (event.key === "-") map.zoomOut({ animate: !calm() });
    else return;
    event.preventDefault();
  });
  map.on("click", (event) => set(event.lngLat));
  pin.on("dragend", () => set(pin.getLngLat()));
  for (const input of [lon, lat]) input?.addEventListener("change", fromInputs);
  figure.addEventListener("ui:map-pin", fromList);
  fromInputs();
  fromList();
};

/* ---- putting it together ---- */

const readPlan = async (address) => {
  const url = new URL(address, window.location.href);
  const plan = await fetchJson(url);
  const answers = await Promise.allSettled(plan.layers.map((layer) => fetchJson(new URL(layer.url, url))));
  const layers = plan.layers.map((layer, i) => ({ ...layer, data: answers[i].value })).filter(({ data }) => data?.features);
  return { ...plan, labels: plan.labels || {}, layers };
};

const around = ([west, south, east, north]) => {
  const [dx, dy] = [Math.max(east - west, 0.01), Math.max(north - south, 0.01)];
  return [west - dx, south - dy, east + dx, north + dy];
};

/* The wheel scrolls the page until the map has been pressed. */
const politeWheel = (map) => {
  map.scrollZoom.disable();
  map.getCanvas().addEventListener("focus", () => map.scrollZoom.enable());
  map.getCanvas().addEventListener("blur", () => map.scrollZoom.disable());
};

export const showMap = async (figure) => {
  const canvas = figure.querySelector(".ww-map-canvas");
  const [library, plan] = await Promise.all([import(figure.dataset.library), readPlan(figure.dataset.mapUrl)]);
  library.setWorkerUrl(new URL(figure.dataset.worker, window.location.href).href);
  const picks = figure.dataset.mode === "pick";
  const map = new library.Map({
    container: canvas,
    style: style(plan.layers),
    bounds: plan.bounds,
    maxBounds: around(plan.bounds),
    fitBoundsOptions: { padding: 24 },
    localIdeographFontFamily: colour("--ww-font"),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 20,
    keyboard: !picks,
    fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  politeWheel(map);
  const { wordZoomIn, wordZoomOut, wordWhole } = figure.dataset;
  canvas.append(html("div", "ww-map-tools",
    tool("in", wordZoomIn, () => map.zoomIn({ animate: !calm() })),
    tool("out", wordZoomOut, () => map.zoomOut({ animate: !calm() })),
    tool("whole", wordWhole, () => map.fitBounds(plan.bounds, { padding: 24, animate: !calm() }))));
  drawLegend(canvas, figure, plan);
  await new Promise((resolve) => map.once("load", resolve));
  if (figure.dataset.mode === "draw") {
    figure.boundsOf = extent;
    const { drawMode } = await import(figure.dataset.drawModule);
    await drawMode(map, library, figure, colour);
    return; // the drawing would not outlive another style
  }
  if (picks) pickMode(map, library, figure);
  else viewMode(map, figure, plan);
  new MutationObserver(() => {
    map.setStyle(style(plan.layers), { diff: true });
    drawLegend(canvas, figure, plan);
  }).observe(document.documentElement, { attributeFilter: ["data-bs-theme", "data-type"] });
  figure.dispatchEvent(new CustomEvent("ui:map-shown", { bubbles: true, detail: { map } }));
};
