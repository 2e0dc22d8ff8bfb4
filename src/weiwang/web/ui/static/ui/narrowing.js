/* Words typed above a long choice, a list ([data-pick]) or buttons ([data-narrows]), leave what fits. What fits alone
   is chosen at once; Enter takes the first of several, Escape gives back what was chosen before the words. A sentence
   says each time what is chosen, and while several or none fit the form waits. Words still being composed (pinyin)
   are not looked at. Without this file the choice is whole. */

/**
 * `choice` is what is chosen from:
 *   all()         every item          said(item)    its words in small letters
 *   chosen()      the item or null    choose(item)  as if by hand; null: none
 *   name(item)    "" for none         show(items)   these alone; null: all
 *   closes        all are shown again once one is taken
 * `status` is a live region with the sentences: data-chosen, data-still, data-several, data-none.
 */
const narrowing = (input, status, choice) => {
  let before = null;
  let last = "";

  const filled = (key, values) =>
    Object.entries(values).reduce((words, [name, value]) => words.replace(`{${name}}`, value), status.dataset[key]);
  const now = (key) => {
    const name = choice.name(choice.chosen());
    return name ? filled(key, { name }) : "";
  };
  const say = (words, settled) => {
    status.textContent = words;
    input.setCustomValidity(settled ? "" : words);
  };
  const take = (item) => {
    if (item !== choice.chosen()) choice.choose(item);
  };
  const settle = () => {
    input.value = last = "";
    choice.show(null);
    say(now("chosen"), true);
  };
  const unsettled = (key, count) => say(`${filled(key, { count })} ${now("still")}`.trim(), false);

  const fitting = () => {
    const wanted = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    return wanted.length ? choice.all().filter((item) => wanted.every((word) => choice.said(item).includes(word))) : null;
  };

  const narrow = () => {
    const found = fitting();
    if (!found) return settle();
    if (!last) before = choice.chosen();
    // What fitted alone for one letter and no longer does was never meant.
    if (found.length === 1) take(found[0]);
    else if (!found.length && last && input.value.startsWith(last)) take(before);
    last = input.value;
    choice.show(found.length > 1 || !choice.closes ? found : null);
    if (found.length === 1) say(now("chosen"), true);
    else unsettled(found.length ? "several" : "none", found.length);
    return undefined;
  };

  const first = () => {
    const [item] = fitting() ?? [];
    if (!item) return false;
    take(item);
    if (choice.closes) settle();
    else say(now("chosen"), true);
    return true;
  };

  const back = () => {
    take(before);
    settle();
  };

  input.hidden = false;
  input.addEventListener("input", (event) => event.isComposing || narrow());
  input.addEventListener("compositionend", narrow);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      first();
    } else if (event.key === "Escape" && last) {
      event.preventDefault();
      event.stopPropagation();
      back();
    }
  });
  const taken = () => say(now("chosen"), true);
  const rest = () => (input.validity.customError ? choice.show(null) : last && settle());
  return { settle, narrow, back, taken, rest };
};

/* ---- a list ---- */

let open = null; // the box that was typed in last, left by a press elsewhere

const listChoice = (list) => {
  const groups = [...list.querySelectorAll("optgroup")].map((group) => [group, [...group.children]]);
  const blank = list.querySelector(":scope > option");
  const options = groups.flatMap(([, members]) => members);
  let current = null;
  const chosen = () => (current = list.selectedOptions[0] ?? current); // one that does not fit is not in the list

  const show = (items) => {
    const kept = chosen();
    const left = groups.map(([group, members]) => [group, members.filter((one) => !items || items.includes(one))]);
    for (const [group, members] of left) group.replaceChildren(...members);
    const shown = left.filter(([, members]) => members.length).map(([group]) => group);
    list.replaceChildren(...(blank && !items ? [blank] : []), ...shown);
    if (items) list.size = Math.max(2, Math.min(10, shown.length + items.length));
    else list.removeAttribute("size");
    if (list.contains(kept)) list.value = kept.value;
    else list.selectedIndex = -1;
  };
  const choose = (item) => {
    current = item;
    if (!list.contains(item)) show(null);
    list.value = item.value;
    list.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "words" }));
  };
  return {
    all: () => options,
    said: (option) => `${option.textContent} ${option.dataset.words ?? ""}`.toLowerCase(),
    name: (option) => (option?.value ? option.textContent : ""),
    closes: true,
    chosen, choose, show,
  };
};

const setUpList = (box) => {
  const [input, list, status] = ["input", "select", "[data-narrowed]"].map((part) => box.querySelector(part));
  const choice = listChoice(list);
  const words = narrowing(input, status, choice);
  const rest = () => {
    words.rest();
    open = null;
  };

  input.addEventListener("focus", () => {
    open = { box, rest };
    if (input.value) words.narrow();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      list.focus();
      if (list.size < 2) return;
      if (!list.selectedOptions.length) choice.choose(list.querySelector("optgroup > option"));
      words.taken();
    } else if (event.key === "Tab" && event.shiftKey) rest();
  });
  list.addEventListener("keydown", (event) => {
    if (!input.value) return;
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Enter") words.settle();
      else words.back();
    } else if (event.key === "Tab" && !event.shiftKey) rest();
  });
  // By hand, or by a suggestion beside the list: that settles the words.
  list.addEventListener("change", (event) => {
    if (event.detail === "words") return;
    if (document.activeElement === list && list.size > 1) words.taken();
    else if (input.value) words.settle();
  });
  list.addEventListener("click", () => list.size > 1 && list.value && words.settle());
  list.form?.addEventListener("submit", rest, { capture: true });
};

/* Before the press does what it does: a list that comes together only now moves nothing away under the finger. */
document.addEventListener("click", ({ target }) => open && !open.box.contains(target) && open.rest(), { capture: true });

/* ---- buttons ---- */

const buttonChoice = (box) => {
  const kinds = [...box.querySelectorAll("label[data-words]")];
  const checked = () => kinds.find((kind) => kind.control.checked) ?? null;
  return {
    all: () => kinds,
    said: (kind) => kind.dataset.words,
    name: (kind) => kind?.textContent.trim() ?? "",
    chosen: checked,
    choose: (kind) => {
      const pressed = (kind ?? checked()).control;
      pressed.checked = Boolean(kind);
      pressed.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "words" }));
    },
    show: (items) => {
      for (const group of box.querySelectorAll("[data-group]")) {
        const members = kinds.filter((kind) => group.contains(kind));
        for (const kind of members) kind.hidden = Boolean(items) && !items.includes(kind);
        group.hidden = members.every((kind) => kind.hidden);
      }
    },
  };
};

const setUpButtons = (box) => {
  const choice = buttonChoice(box);
  const input = box.querySelector("input[type=search]");
  const words = narrowing(input, box.querySelector("[data-narrowed]"), choice);
  box.addEventListener("change", ({ detail }) => detail !== "words" && input.value && words.taken());
};

const setUpAll = () => {
  for (const box of document.querySelectorAll("[data-pick]:has(> input[hidden])")) setUpList(box);
  for (const box of document.querySelectorAll("[data-narrows]:has(input[type=search][hidden])")) setUpButtons(box);
};
setUpAll();
document.addEventListener("htmx:afterSettle", setUpAll);
