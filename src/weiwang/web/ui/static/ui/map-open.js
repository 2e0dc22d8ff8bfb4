/* Loads the map and its library only when a map is on the page, opened and near the window. */

const css = (href) => {
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  document.head.append(link);
};

const load = async (figure) => {
  if (figure.dataset.state) return;
  figure.dataset.state = "loading";
  css(figure.dataset.css);
  css(figure.dataset.ownCss);
  try {
    const { showMap } = await import(figure.dataset.module);
    await showMap(figure);
    figure.dataset.state = "shown";
  } catch (error) {
    figure.dataset.state = "failed";
    figure.querySelector(".ww-map-words").textContent = figure.dataset.wordFailed;
    console.error(error);
  }
};

const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      load(entry.target);
    }
  },
  { rootMargin: "200px" },
);

const start = (figure) => {
  if (figure.dataset.state) return;
  const button = figure.querySelector("[data-map-open]");
  if (figure.hasAttribute("data-opened")) near.observe(figure);
  else if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      figure.toggleAttribute("data-opened", true);
      button.remove();
      load(figure);
    });
  }
};

const startAll = () => document.querySelectorAll("[data-map]").forEach(start);
document.addEventListener("htmx:afterSettle", startAll);
startAll();
