/* A long list with a box above it: typing leaves the choices whose words fit, as an open list below. Enter takes
   the first, the arrow down goes into the list, Escape shows all again. Without this file the list is whole. */
const words = (input) => input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
const fits = (option, wanted) => {
  const said = `${option.textContent} ${option.dataset.words ?? ""}`.toLowerCase();
  return wanted.every((word) => said.includes(word));
};

const setUp = (box) => {
  const [input, list] = [box.querySelector("input"), box.querySelector("select")];
  const groups = [...list.querySelectorAll("optgroup")].map((group) => [group, [...group.children]]);
  const blank = list.querySelector(":scope > option");

  const narrow = () => {
    const wanted = words(input);
    const chosen = list.value;
    const kept = groups.map(([group, options]) => [group, options.filter((one) => fits(one, wanted))]);
    for (const [group, options] of kept) group.replaceChildren(...options);
    const shown = kept.filter(([, options]) => options.length).map(([group]) => group);
    list.replaceChildren(...(blank && !wanted.length ? [blank] : []), ...shown);
    const lines = shown.length + list.querySelectorAll("optgroup > option").length;
    if (wanted.length) list.size = Math.max(2, Math.min(10, lines));
    else list.removeAttribute("size");
    list.value = chosen;
  };
  const settle = () => {
    input.value = "";
    narrow();
  };
  const take = (option) => {
    if (!option) return;
    list.value = option.value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };

  input.hidden = false;
  input.addEventListener("input", narrow);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      take(list.querySelector("optgroup > option"));
      settle();
      list.focus();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      take(list.querySelector("optgroup > option"));
      list.focus();
    } else if (event.key === "Escape") settle();
  });
  list.addEventListener("keydown", (event) => {
    if (!list.size || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    settle();
  });
  list.addEventListener("click", () => list.size > 1 && list.value && settle());
  list.addEventListener("blur", () => list.size > 1 && list.value && settle());
};

const setUpAll = () => {
  for (const box of document.querySelectorAll("[data-pick]:has(> input[hidden])")) setUp(box);
};
setUpAll();
document.addEventListener("htmx:afterSettle", setUpAll);
