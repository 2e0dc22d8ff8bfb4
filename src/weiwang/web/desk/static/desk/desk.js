/* The desk: a case beside the list on wide screens, and finding a name in a list of choices.
   Without this file every link opens a page and every list is shown whole. */

const work = document.querySelector("[data-work]");
const wide = window.matchMedia("(min-width: 1200px)");

const rowOf = (id) => work?.querySelector(`[data-row][data-id="${CSS.escape(id)}"]`);
const caseUrl = (id) => work.dataset.caseBase.replace(work.dataset.noId, id);

const remember = (id) => {
  const url = new URL(window.location.href);
  if (id) url.searchParams.set("case", id);
  else url.searchParams.delete("case");
  window.history.replaceState(window.history.state, "", url);
};

const choose = (id) => {
  for (const row of work.querySelectorAll("[data-row][aria-selected]")) row.removeAttribute("aria-selected");
  const row = rowOf(id);
  row?.setAttribute("aria-selected", "true");
  row?.scrollIntoView({ block: "nearest" });
};

const openCase = (id) => {
  work.classList.add("dk-open");
  work.dataset.open = id;
  choose(id);
  remember(id);
  work.querySelector("[data-pane-whole]").href = caseUrl(id);
  work.querySelector("[data-map]")?.dispatchEvent(new CustomEvent("ui:map-show", { detail: { id } }));
  // asked for by the pane itself, so that no other request takes its turn: what is shown is what is chosen
  return window.htmx.ajax("GET", caseUrl(id), { source: "#dk-pane", target: "#dk-pane", swap: "innerHTML" });
};

const closeCase = () => {
  const id = work.dataset.open;
  work.classList.remove("dk-open");
  delete work.dataset.open;
  work.querySelector("#dk-pane").replaceChildren();
  remember("");
  rowOf(id)?.querySelector("a")?.focus();
};

/* Something of the case beside the list is shown at the top of its panel; the list stays where it is. */
const bring = (side, place) => {
  side.scrollTop += place.getBoundingClientRect().top - side.getBoundingClientRect().top - 8;
};

/* After a step the list is asked again. The row that moved stays where it was as long as its case is open. */
let moved = "";
const renew = async (id) => {
  moved = id;
  await window.htmx.ajax("GET", work.querySelector("#worklist").dataset.here, { source: "#worklist", target: "#worklist", swap: "outerHTML" });
  if (work.dataset.open) choose(work.dataset.open); // another one, if somebody was quicker than the list
  rowOf(id)?.setAttribute("data-saved", "");
};

if (work) {
  work.addEventListener("click", (event) => {
    if (event.target.closest("[data-pane-close]")) return closeCase();
    if (event.target.closest(".dk-choose")) return undefined;
    const row = event.target.closest("[data-row]");
    const link = row?.querySelector("[data-case-link]");
    const special = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!link || !wide.matches || !window.htmx || special) return undefined;
    event.preventDefault();
    return openCase(row.dataset.id);
  });

  work.addEventListener("ui:map-select", (event) => {
    if (!event.detail.id || event.detail.layer !== "cases" || !wide.matches) return;
    event.preventDefault();
    openCase(event.detail.id);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful } = event.detail; // the form itself has been swapped away by now
    if (!successful || requestConfig?.verb !== "post" || !requestConfig.elt.matches("form")) return;
    if (work.dataset.open) renew(work.dataset.open);
  });

  /* What is opened or sent from the case beside the list stays beside the list. */
  const pane = work.querySelector("#dk-pane");
  const beside = (verb, path, more) => window.htmx.ajax(verb, path, { target: "#dk-pane", swap: "innerHTML", ...more });
  const [base] = work.dataset.caseBase.split(work.dataset.noId);
  pane?.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const place = /^#./.test(link?.getAttribute("href")) && pane.querySelector(link.hash);
    if (place) {
      event.preventDefault();
      bring(pane.closest(".dk-side"), place);
      place.focus({ preventScroll: true });
      return;
    }
    const special = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!link || special || link.target || link.hasAttribute("hx-get") || !link.pathname.startsWith(base)) return;
    event.preventDefault();
    const id = link.pathname.slice(base.length).replace(/\/$/, "");
    if (id.includes("/")) beside("GET", link.pathname + link.search);
    else openCase(id);
  });
  pane?.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.hasAttribute("hx-post") || form.hasAttribute("data-whole")) return;
    event.preventDefault();
    const { name, value } = event.submitter ?? {};
    beside("POST", event.submitter?.getAttribute("formaction") ?? form.getAttribute("action"), { source: form, values: name ? { [name]: value } : {} });
  });

  const wanted = new URL(window.location.href).searchParams.get("case");
  const start = () => wanted && wide.matches && window.htmx && openCase(wanted);
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start, { once: true });
}

/* After a step the next one stands open with the hand on it, below the words that say what was done. */
const goOn = (place) => {
  const steps = place.querySelector("#steps");
  const said = place.querySelector("#ui-messages");
  const next = steps?.querySelector(".dk-step[open]");
  if (!next || !said?.children.length) return false;
  steps.prepend(said);
  if (wide.matches) next.querySelector('input[type="radio"]:checked, textarea, .btn-primary')?.focus({ preventScroll: true });
  const side = steps.closest(".dk-side");
  if (side && wide.matches) bring(side, steps);
  else if (!wide.matches) steps.scrollIntoView();
  else place.scrollIntoView();
  return true;
};

/* What was refused says so at the top: of the pane, whose list stays where it is, or of the page. Steps that were
   asked for stand at the top too. */
document.addEventListener("htmx:afterSettle", (event) => {
  const { elt, requestConfig } = event.detail;
  const steps = requestConfig?.verb === "get" && elt.matches?.("[data-case]") && elt.querySelector("#steps");
  if (steps && steps.closest(".dk-side") && wide.matches) bring(steps.closest(".dk-side"), steps);
  else if (steps) steps.scrollIntoView();
  const sent = requestConfig?.verb === "post" && (elt.id === "dk-pane" || elt.matches?.("[data-case]"));
  if (!sent || goOn(elt)) return;
  const side = elt.closest(".dk-side");
  if (side && wide.matches) side.scrollTop = 0;
  else elt.scrollIntoView();
});

/* The way back from a page of a case leads to the list it was opened from, with its filters. */
const LIST = "desk.list";
const back = document.querySelector("[data-list-back]");
if (work) sessionStorage.setItem(LIST, JSON.stringify([work.querySelector("#worklist").dataset.here, document.querySelector("h1")?.textContent ?? ""]));
else if (back && sessionStorage.getItem(LIST)) {
  const [href, word] = JSON.parse(sessionStorage.getItem(LIST));
  back.href = href;
  if (word) back.querySelector("span").textContent = word;
}

/* The row of the open case keeps its place when the list is asked again, and stands there softly with its new
   state when it has left the list by a step taken here. */
let stood = null;
const rowsOf = (list) => [...list.querySelectorAll("[data-rows] > [data-row]")];
document.addEventListener("htmx:beforeSwap", (event) => {
  const list = event.detail.target;
  const row = list.id === "worklist" && work?.dataset.open ? rowOf(work.dataset.open) : null;
  if (list.id === "worklist") stood = row && { id: row.dataset.id, at: rowsOf(list).indexOf(row), row: row.cloneNode(true), here: list.dataset.here };
});
document.addEventListener("htmx:afterSettle", () => {
  const list = work?.querySelector("#worklist");
  const [was, here] = [stood, list?.dataset.here];
  if (!was || was.here !== here || !list.querySelector("[data-rows]")) return;
  stood = null;
  const row = rowOf(was.id) ?? (was.id === moved ? passed(was.row) : null);
  if (!row) return;
  row.remove();
  const next = rowsOf(list)[was.at];
  if (next) next.before(row);
  else list.querySelector("[data-rows]").append(row);
});
const passed = (row) => {
  const pane = work.querySelector("#dk-pane .dk-case-head");
  for (const [part, sign] of [[".dk-state", ".ww-state"], [".dk-due", ".ww-clock"]])
    row.querySelector(part).replaceChildren(...[pane?.querySelector(`.dk-case-line ${sign}`)?.cloneNode(true)].filter(Boolean));
  for (const box of row.querySelectorAll("[data-choose]")) {
    box.removeAttribute("data-choose");
    box.checked = false;
    box.disabled = true;
  }
  row.classList.add("dk-passed");
  return row;
};

/* A list that renews itself: what is ticked stays ticked, the chosen row stays chosen, what was unfolded stays
   so, and the keyboard stays where it was. (htmx brings the focus back to what has an id.) */
let ticked = new Set();
let current = null;
let opened = new Set();
let held = null;
const heldIn = (live) => {
  const at = document.activeElement;
  if (!live.contains(at) || at.id) return null;
  const row = at.closest("[data-row]")?.dataset.id;
  if (row) return (now) => now.querySelector(`[data-row][data-id="${CSS.escape(row)}"] ${at.matches("[data-choose]") ? "[data-choose]" : "a"}`);
  const [kind, href] = [at.localName, at.getAttribute("href")];
  return (now) => now.querySelector(href ? `a[href="${CSS.escape(href)}"]` : kind);
};
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.target.matches?.(".dk-live")) return;
  held = heldIn(event.detail.target);
  ticked = new Set([...event.detail.target.querySelectorAll("[data-choose]:checked")].map((box) => box.value.split(":")[0]));
  current = event.detail.target.querySelector('[data-row][aria-selected="true"]')?.dataset.id ?? null;
  opened = new Set([...event.detail.target.querySelectorAll("details[data-stays][open]")].map((part) => part.dataset.stays));
});
document.addEventListener("htmx:afterSettle", () => {
  const live = document.querySelector(".dk-live");
  if (!live) return;
  for (const part of live.querySelectorAll("details[data-stays]")) part.open ||= opened.has(part.dataset.stays);
  opened = new Set();
  held?.(live)?.focus({ preventScroll: true });
  held = null;
  if (ticked.size === 0 && !current) return;
  for (const box of live.querySelectorAll("[data-choose]")) box.checked = ticked.has(box.value.split(":")[0]);
  live.querySelector("[data-choose]")?.dispatchEvent(new Event("change", { bubbles: true }));
  for (const row of live.querySelectorAll("[data-row][aria-selected]")) row.removeAttribute("aria-selected");
  rowOf(current)?.setAttribute("aria-selected", "true");
  ticked = new Set();
  current = null;
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-choose-row]")) return;
  document.querySelector('[data-row][aria-selected="true"] [data-choose]')?.click();
});

/* What renews itself waits while somebody writes in it, and as long as something written is not sent. */
const written = (place) =>
  [...place.querySelectorAll("textarea, input, select")].some((field) =>
    field.matches("textarea, select, [type=text], [type=search], [type=tel], [type=email], [type=number], :not([type])") &&
    (field === document.activeElement || (field.localName !== "select" && field.value !== field.defaultValue)));
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  const byItself = requestConfig.verb === "get" && /^every /.test(target.getAttribute("hx-trigger") ?? "");
  if (byItself && requestConfig.elt === target && written(target)) event.detail.shouldSwap = false;
});

/* Choices that can be searched: data-finder="id of the list". */
document.addEventListener("input", (event) => {
  const finder = event.target.closest("[data-finder]");
  if (!finder) return;
  const words = finder.value.trim().toLowerCase();
  for (const choice of document.getElementById(finder.dataset.finder).querySelectorAll("[data-choice]")) {
    choice.hidden = words !== "" && !choice.textContent.toLowerCase().includes(words) && !choice.querySelector(":checked");
  }
});

/* A choice that changes what can be chosen next asks for it at once; the button stays for pages without scripts. */
document.addEventListener("change", (event) => {
  const source = event.target.closest("[data-renews]");
  const button = source?.form?.querySelector(`button[name="${source.dataset.renews}"]`);
  if (button) button.form.requestSubmit(button);
});

/* A unit pressed on the map opens its page. */
const units = document.querySelector("[data-units]");
units?.addEventListener("ui:map-select", (event) => {
  if (!event.detail.layer.startsWith("units-")) return;
  event.preventDefault();
  window.location.assign(units.dataset.unitBase.replace("/0/", `/${event.detail.id}/`));
});

/* What is shown goes to the printer. */
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
