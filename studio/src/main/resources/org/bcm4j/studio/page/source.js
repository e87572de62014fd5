// A picture to work on: an example, a file that was dropped, pasted or photographed, with the crop shown and movable.
import { element, png, say } from "./client.js";

const sources = new Map();

export function source(name) {
  return sources.get(name);
}

export class Source {
  constructor(place) {
    this.place = place;
    this.listeners = [];
    this.image = undefined; // base64 of a square PNG
    this.bitmap = undefined;
    this.canvas = element("canvas", { className: "chosen", width: 28, height: 28 });
    this.canvas.setAttribute("aria-label", "the chosen picture");
    this.examples = element("div", { className: "examples" });
    this.crop = element("input", { type: "range", min: 0, max: 100, value: 50 });
    this.cropLabel = element("label", { hidden: true }, "Crop ", this.crop);
    this.cropped = element("canvas"); // what is inside of the frame
    const camera = this.chooser("Photograph ");
    camera.classList.add("camera"); // where a finger points, there is one
    camera.querySelector("input").setAttribute("capture", "environment");
    place.append(this.canvas, this.examples, this.chooser("Picture "), camera, this.cropLabel,
      element("span", { className: "hint" }, "or drop or paste one here"));
    this.crop.addEventListener("input", () => this.cut());
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
    this.canvas.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => { this.grabbed = undefined; });
    place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
    place.addEventListener("dragleave", () => place.classList.remove("over"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      place.classList.remove("over");
      if (event.dataTransfer.files[0]) this.open(event.dataTransfer.files[0]);
    });
    sources.set(place.dataset.source, this);
  }

  /** A field for a file. */
  chooser(text) {
    const file = element("input", { type: "file", accept: "image/*" });
    file.addEventListener("change", () => file.files[0] && this.open(file.files[0]));
    return element("label", {}, text, file);
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  /** Offers a model's examples and takes the first. */
  offer(model) {
    this.size = model.size;
    this.examples.replaceChildren(...model.examples.map((example) => {
      const tile = element("button", { type: "button", className: "tile", title: example.name },
        element("img", { src: png(example.image), alt: example.name }));
      tile.addEventListener("click", () => this.take(example.image));
      return tile;
    }));
    const index = this.place.dataset.source === "last" ? 1 : 0;
    if (model.examples.length > index) this.take(model.examples[index].image);
  }

  /** Takes a square picture, base64. */
  async take(base64) {
    this.bitmap = undefined;
    this.cropLabel.hidden = true;
    const image = new Image();
    image.src = png(base64);
    await image.decode();
    this.canvas.width = image.naturalWidth;
    this.canvas.height = image.naturalHeight;
    this.canvas.getContext("2d").drawImage(image, 0, 0);
    this.changed(base64);
  }

  async open(file) {
    try {
      this.bitmap = await createImageBitmap(file);
    } catch {
      say(`${file.name} is no picture that this browser shows`, true);
      return;
    }
    this.cropLabel.hidden = this.bitmap.width === this.bitmap.height;
    this.cut();
  }

  /** Takes the square that the frame shows. */
  cut() {
    const { width, height } = this.bitmap;
    const side = Math.min(width, height);
    const place = this.crop.value / 100;
    const [left, top] = [(width - side) * place, (height - side) * place];
    const out = Math.min(side, 512);
    this.cropped.width = out;
    this.cropped.height = out;
    this.cropped.getContext("2d").drawImage(this.bitmap, left, top, side, side, 0, 0, out, out);
    this.frame(left, top, side);
    this.changed(this.cropped.toDataURL("image/png").split(",")[1]);
  }

  /** Shows the whole picture, with what is outside of the frame dimmed. */
  frame(left, top, side) {
    const { width, height } = this.bitmap;
    const scale = Math.min(1, 512 / Math.max(width, height));
    this.canvas.width = Math.max(1, Math.round(width * scale));
    this.canvas.height = Math.max(1, Math.round(height * scale));
    const context = this.canvas.getContext("2d");
    context.globalAlpha = 0.35;
    context.drawImage(this.bitmap, 0, 0, this.canvas.width, this.canvas.height);
    context.globalAlpha = 1;
    context.drawImage(this.bitmap, left, top, side, side, left * scale, top * scale, side * scale, side * scale);
  }

  grab(event) {
    if (this.cropLabel.hidden) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.grabbed = { x: event.clientX, y: event.clientY, place: Number(this.crop.value) };
  }

  /** Moves the frame with the pointer along the picture's longer side. */
  drag(event) {
    if (!this.grabbed) return;
    const { width, height } = this.bitmap;
    const box = this.canvas.getBoundingClientRect();
    const shown = Math.min(box.width / width, box.height / height); // of one pixel
    const moved = width > height ? event.clientX - this.grabbed.x : event.clientY - this.grabbed.y;
    this.crop.value = this.grabbed.place + 100 * moved / (Math.abs(width - height) * shown);
    this.cut();
  }

  changed(base64) {
    this.image = base64;
    for (const listener of this.listeners) listener(base64);
  }
}

document.addEventListener("paste", (event) => {
  const file = [...event.clipboardData.files].find((each) => each.type.startsWith("image/"));
  const place = [...document.querySelectorAll(".source")].find((each) => each.offsetParent !== null);
  if (file && place) sources.get(place.dataset.source).open(file);
});
