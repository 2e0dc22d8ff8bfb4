/* Photo picker: previews, removing one, and smaller files before they are sent.
   The input stays an ordinary file input; if anything here fails, the original file goes up. */

const LONGEST_SIDE = 1920;
const QUALITY = 0.85;
const SMALL_ENOUGH = 600_000;

const drawn = async (file) => {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
};

const smaller = async (file) => {
  if (file.size <= SMALL_ENOUGH && file.type === "image/jpeg") return file;
  try {
    const blob = await drawn(file);
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file;
  }
};

const start = (picker) => {
  if (picker.dataset.ready) return;
  const input = picker.querySelector("input[type=file]");
  const shelf = picker.querySelector(".ww-photo-list");
  const words = picker.querySelector(".ww-photo-words");
  const most = Number(picker.dataset.photos);
  const sprite = picker.querySelector("use")?.getAttribute("href").split("#")[0];
  let kept = [];

  const cross = (number) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ww-icon-button";
    button.setAttribute("aria-label", `${picker.dataset.wordRemove} ${number}`);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "ww-icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#x`);
    svg.append(use);
    button.append(svg);
    return button;
  };

  const put = () => {
    const box = new DataTransfer();
    for (const file of kept) box.items.add(file);
    input.files = box.files;
    for (const image of shelf.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    shelf.replaceChildren(
      ...kept.map((file, index) => {
        const item = document.createElement("li");
        const image = document.createElement("img");
        image.src = URL.createObjectURL(file);
        image.alt = picker.dataset.wordPhoto.replace("{number}", index + 1);
        const button = cross(index + 1);
        button.addEventListener("click", () => {
          kept = kept.filter((other) => other !== file);
          words.textContent = "";
          put();
          input.focus();
        });
        item.append(image, button);
        return item;
      }),
    );
    picker.querySelector(".ww-photo-add").hidden = kept.length >= most;
  };

  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    const room = most - kept.length;
    words.textContent = chosen.length > room ? picker.dataset.wordTooMany : "";
    picker.toggleAttribute("data-waiting", true);
    for (const file of chosen.slice(0, room)) kept.push(await smaller(file));
    picker.toggleAttribute("data-waiting", false);
    put();
    picker.dispatchEvent(new CustomEvent("ui:photos", { bubbles: true, detail: { files: kept } }));
  });

  input.form?.addEventListener("reset", () => {
    kept = [];
    put();
  });
  picker.dataset.ready = "yes";
};

const startAll = () => document.querySelectorAll("[data-photos]").forEach(start);
document.addEventListener("htmx:afterSettle", startAll);
startAll();
