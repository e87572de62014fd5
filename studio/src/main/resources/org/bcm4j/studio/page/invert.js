// A picture's noise beside drawn noise, and what it generates. The sliders change the walk, and the picture follows.
import { ask, attempt, element, latest, png, showValues } from "./client.js";
import { source } from "./source.js";

const FIGURES = [
  ["mean", "mean (0)"],
  ["standard_deviation", "standard deviation (1)"],
  ["excess_kurtosis", "excess kurtosis (0)"],
  ["autocorrelation", "largest autocorrelation (0)"],
  ["image_correlation", "correlation with the picture (0)"],
];

/** A slider from 0 to 100 over the noise scales from 0.5 to 60, evenly in their logarithm. */
const scale = (place) => Number((0.5 * 120 ** (place / 100)).toPrecision(2));

export function invert(studio) {
  const form = document.getElementById("invert-form");
  showValues(form, (input) => (input.name === "middle" ? (Number(input.value) === 0 ? "none" : scale(input.value)) : input.value));

  function walk() {
    const start = Number(form.initial.value) === 0 ? "0" : `0 +${form.initial.value}`;
    const middle = Number(form.middle.value) === 0 ? "" : ` > ${scale(form.middle.value)}`;
    return `${start}${middle} > 80`;
  }

  const run = latest(async () => {
    const image = source("invert").image;
    if (!image) return;
    document.getElementById("invert-walk").textContent = walk();
    const body = { image, label: form.label.value, walk: walk(), seed: Number(form.seed.value) };
    const found = await attempt("Inverting", () => ask(studio.model.name, "invert", body));
    if (found) await show(image, found);
  });

  async function show(image, found) {
    document.getElementById("invert-image").src = png(image);
    document.getElementById("invert-noise").src = png(found.picture);
    document.getElementById("invert-drawn").src = png(found.drawn);
    document.getElementById("invert-again").src = png(found.reconstruction);
    const table = document.getElementById("invert-figures");
    const rows = FIGURES.map(([key, text]) => row(text, found.figures[key].toFixed(3), found.drawn_figures[key].toFixed(3)));
    rows.push(row("mean squared error of the reconstruction", found.error.toFixed(4), ""));
    table.tBodies[0].replaceChildren(...rows);
    table.hidden = false;
    await difference(image, found.reconstruction);
  }

  function row(text, first, second) {
    const head = element("th", { textContent: text });
    head.scope = "row";
    return element("tr", {}, head, element("td", { textContent: first }), element("td", { textContent: second }));
  }

  async function difference(first, second) {
    const size = studio.model.size;
    const canvas = document.getElementById("invert-difference");
    canvas.width = size;
    canvas.height = size;
    const [one, other] = [await pixels(first, size), await pixels(second, size)];
    for (let i = 0; i < one.data.length; i += 4) {
      for (let c = 0; c < 3; c++) one.data[i + c] = 128 + (other.data[i + c] - one.data[i + c]) / 2;
    }
    canvas.getContext("2d").putImageData(one, 0, 0);
  }

  async function pixels(base64, size) {
    const image = new Image();
    image.src = png(base64);
    await image.decode();
    const canvas = element("canvas", { width: size, height: size });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0, size, size);
    return context.getImageData(0, 0, size, size);
  }

  const visible = () => { if (!document.getElementById("invert").hidden) run(); };
  form.addEventListener("input", run);
  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  source("invert").onChange(visible);
  studio.onShow("invert", run);
}
