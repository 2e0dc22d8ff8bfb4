/* Drawing one line or one area on our map; terra-draw does the drawing, the input data-shape holds the GeoJSON. */

const DIGITS = 6;

const script = (address) => new Promise((resolve, reject) => {
  const found = document.querySelector(`script[src="${address}"]`);
  if (found?.dataset.done) return resolve();
  const element = found || document.createElement("script");
  element.addEventListener("load", () => {
    element.dataset.done = "1";
    resolve();
  });
  element.addEventListener("error", reject);
  if (!found) {
    element.src = address;
    document.head.append(element);
  }
  return undefined;
});

const corners = {
  feature: { draggable: true, coordinates: { draggable: true, midpoints: true, deletable: true } },
};

const isShape = ({ geometry, properties }) =>
  (properties.mode === "linestring" || properties.mode === "polygon") && !properties.midPoint && !properties.selectionPoint
  && geometry.type !== "Point";

const given = (input) => {
  try {
    const content = JSON.parse(input.value);
    const geometry = content.geometry || content;
    const mode = { LineString: "linestring", Polygon: "polygon" }[geometry.type];
    return mode && { type: "Feature", geometry, properties: { mode } };
  } catch {
    return undefined;
  }
};

export const drawMode = async (map, library, figure, colour) => {
  await script(figure.dataset.drawing);
  await script(figure.dataset.drawingAdapter);
  const { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode, TerraDrawSelectMode } = window.terraDraw;
  const { TerraDrawMapLibreGLAdapter } = window.terraDrawMaplibreGlAdapter;
  const input = document.getElementById(figure.dataset.shape);
  const said = figure.querySelector(".ww-map-words");
  const shade = colour("--ww-ink-fill");
  const styles = {
    lineStringColor: shade, lineStringWidth: 4, fillColor: shade, fillOpacity: 0.15, outlineColor: shade, outlineWidth: 3,
    closingPointColor: shade, closingPointWidth: 7,
  };
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, lib: library, coordinatePrecision: DIGITS }),
    modes: [
      new TerraDrawLineStringMode({ styles }),
      new TerraDrawPolygonMode({ styles }),
      new TerraDrawSelectMode({
        flags: { linestring: corners, polygon: corners },
        styles: { selectedLineStringColor: shade, selectedPolygonColor: shade, selectedPolygonOutlineColor: shade, selectionPointColor: shade },
      }),
    ],
  });
  const shapes = () => draw.getSnapshot().filter(isShape);
  const keep = () => {
    const last = shapes().at(-1);
    input.value = last ? JSON.stringify(last.geometry) : "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const only = (id) => {
    const others = shapes().map((shape) => shape.id).filter((other) => other !== id);
    if (others.length) draw.removeFeatures(others);
  };
  const take = (mode) => {
    draw.setMode(mode);
    said.textContent = figure.dataset.wordDraw;
    map.getCanvas().focus();
  };
  const wipe = () => {
    draw.clear();
    keep();
    said.textContent = figure.dataset.wordCleared;
  };

  draw.start();
  const old = given(input);
  if (old) {
    draw.addFeatures([old]);
    map.fitBounds(figure.boundsOf(old.geometry), { padding: 48, maxZoom: 18, animate: false });
  }
  draw.setMode("select");
  draw.on("finish", (id, { action }) => {
    if (action === "draw") {
      only(id);
      draw.setMode("select");
      draw.selectFeature(id);
      said.textContent = figure.dataset.wordDrawn;
    }
    keep();
  });
  for (const button of figure.querySelectorAll("[data-draw]")) {
    button.addEventListener("click", () => (button.dataset.draw === "clear" ? wipe() : take(button.dataset.draw)));
  }
  figure.querySelector("[data-draw-tools]").hidden = false;
};
