// A point on its way along a walk: each jump at many noise scales, and the jumps over t and u.
import { ask, attempt, call, latest, png } from "./client.js";
import { source } from "./source.js";

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 34;
const SIZE = 276;
const SMALLEST = 0.002;
const LARGEST = 80;

/** Where a noise scale lies on an axis: evenly in its seventh root, as on training's grid. */
const root = (scale) => Math.max(scale, SMALLEST) ** (1 / 7);
const along = (scale) => (root(scale) - root(SMALLEST)) / (root(LARGEST) - root(SMALLEST));
const scaleAt = (place) => (root(SMALLEST) + place * (root(LARGEST) - root(SMALLEST))) ** 7;
const x = (t) => LEFT + SIZE * along(t);
const y = (u) => 10 + SIZE * (1 - along(u));
const short = (scale) => (scale <= SMALLEST * 1.01 ? "0" : Number(scale.toPrecision(2)).toString());

function draw(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

export function trajectory(studio) {
  const form = document.getElementById("trajectory-form");
  const plot = document.getElementById("plot");
  const slider = document.getElementById("scrub");
  const image = document.getElementById("scrub-image");
  const text = document.getElementById("scrub-text");
  const note = document.getElementById("coverage-note");
  const chooser = document.querySelector("[data-source=trajectory]");
  let steps = []; // every point along the walk: its jump, noise scale and picture
  let jumps = [];
  let places = []; // of the walk, as the server writes them: one more than there are jumps
  let coverage; // { model, picture }: where the model was trained, as an address for an image

  const run = latest(async () => {
    const atImage = form.begin.value === "image";
    const body = { image: atImage ? source("trajectory").image : undefined, label: form.label.value, walk: form.walk.value.trim(), seed: Number(form.seed.value) };
    await cover();
    const found = await attempt("Walking", () => ask(studio.model.name, "trajectory", body));
    if (!found) return;
    jumps = found.jumps;
    places = found.walk.split(" > ");
    steps = jumps.flatMap((jump, number) => [
      { jump: number, scale: jump.from, picture: jump.begin },
      ...jump.points.map((picture, i) => ({ jump: number, scale: jump.scales[i], picture })),
    ]);
    slider.max = steps.length - 1;
    slider.value = Math.min(slider.value, slider.max);
    show();
  });

  /** Draws where the model was trained, once for each model; nothing if that is not known. */
  async function cover() {
    const model = studio.model.name;
    if (coverage?.model === model) return;
    coverage = { model };
    try {
      const { bins, images } = await call("GET", `/api/v1/models/${encodeURIComponent(model)}/coverage`);
      const canvas = document.createElement("canvas");
      canvas.width = bins;
      canvas.height = bins;
      const most = Math.max(...images);
      const context = canvas.getContext("2d");
      images.forEach((count, place) => {
        // In logarithms: the ends have a thousand times the images of what lies between.
        const shade = count === 0 ? 0 : Math.max(0, 1 + Math.log10(count / most) / 4);
        context.fillStyle = `rgb(31 111 235 / ${(60 * shade).toFixed(1)}%)`;
        context.fillRect(place % bins, bins - 1 - Math.floor(place / bins), 1, 1);
      });
      coverage.picture = canvas.toDataURL();
    } catch {
      // A model may come without its experiment.
    }
    note.hidden = !coverage.picture;
  }

  function show() {
    const step = steps[slider.value];
    if (!step) return;
    image.src = png(step.picture);
    const jump = jumps[step.jump];
    text.textContent = `jump ${step.jump + 1} of ${jumps.length}: f(x, t = ${short(jump.from)}, u = ${short(step.scale)})`;
    lines(step);
  }

  /** The plot: t to the right, u upwards. The diagonal is where nothing moves. */
  function lines(step) {
    const focused = [...plot.querySelectorAll("[role=slider]")].indexOf(document.activeElement);
    plot.replaceChildren(
      draw("rect", { x: LEFT, y: 10, width: SIZE, height: SIZE, fill: "none", stroke: "currentColor", "stroke-opacity": 0.4 }),
      draw("line", { x1: x(SMALLEST), y1: y(SMALLEST), x2: x(LARGEST), y2: y(LARGEST), stroke: "currentColor", "stroke-opacity": 0.4, "stroke-dasharray": "4 4" }));
    if (coverage?.picture) {
      plot.prepend(draw("image", { href: coverage.picture, x: LEFT, y: 10, width: SIZE, height: SIZE, preserveAspectRatio: "none" }));
    }
    for (const scale of [0, 0.1, 1, 10, 80]) {
      plot.append(
        draw("text", { x: x(scale), y: 302, "text-anchor": "middle" }, scale),
        draw("text", { x: LEFT - 4, y: y(scale) + 4, "text-anchor": "end" }, scale));
    }
    plot.append(draw("text", { x: LEFT + SIZE / 2, y: 317, "text-anchor": "middle" }, "t, from"), draw("text", { x: LEFT + 6, y: 24 }, "u, to"));
    const add = (cx, cy, name, value, change) => {
      const handle = draw("circle", { cx, cy, r: 7, fill: "#c2185b", tabindex: 0, role: "slider", "aria-label": name, "aria-valuenow": short(value) });
      if (change) drag(handle, value, change);
      plot.append(handle);
    };
    jumps.forEach((jump, number) => {
      plot.append(draw("line", { x1: x(jump.from), y1: y(jump.from), x2: x(jump.from), y2: y(jump.to), stroke: "#c2185b", "stroke-width": 2 }));
      // Noise is added at time 0 only: there it is the noise that can be changed, and not where the jump ends.
      if (places[number].includes("+")) {
        add(x(jump.from), y(jump.from), `noise before jump ${number + 1}`, jump.from, (scale) => become(number, `0 +${scale}`));
      }
      const isFixed = number === jumps.length - 1 || places[number + 1].includes("+");
      add(x(jump.from), y(jump.to), `end of jump ${number + 1}`, jump.to, isFixed ? undefined : (scale) => become(number + 1, scale));
    });
    plot.querySelectorAll("[role=slider]")[focused]?.focus();
    plot.append(draw("circle", { cx: x(jumps[step.jump].from), cy: y(step.scale), r: 4, fill: "#ff8c00" }));
  }

  /** Writes another walk, and follows it. */
  function become(number, place) {
    form.walk.value = places.with(number, place).join(" > ");
    run();
  }

  /** Dragging a handle up or down changes the walk, and the picture follows; so do the arrow keys. */
  function drag(handle, value, change) {
    const to = (scale) => change(Number(Math.min(79, Math.max(0.01, scale)).toPrecision(2)).toString());
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.focus();
      // The handle is drawn anew with every picture: the window follows the pointer.
      const move = (moved) => {
        const box = plot.getBoundingClientRect();
        const height = (moved.clientY - box.top) / box.height * 320;
        to(scaleAt(1 - (Math.min(10 + SIZE, Math.max(10, height)) - 10) / SIZE));
      };
      const end = () => {
        window.removeEventListener("pointermove", move);
        window.removeEventListener("pointerup", end);
        window.removeEventListener("pointercancel", end);
      };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", end);
      window.addEventListener("pointercancel", end);
    });
    handle.addEventListener("keydown", (event) => {
      const factor = { ArrowUp: 1.15, ArrowDown: 1 / 1.15 }[event.key];
      if (!factor) return;
      event.preventDefault();
      to(value * factor);
    });
  }

  form.begin.addEventListener("change", () => {
    const atImage = form.begin.value === "image";
    chooser.hidden = !atImage;
    form.walk.value = atImage ? "0 +0.06 > 6 > 80 > 0" : "80 > 1.2 > 0";
    run();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  slider.addEventListener("input", show);
  source("trajectory").onChange(() => { if (!chooser.hidden && !document.getElementById("trajectory").hidden) run(); });
  studio.onShow("trajectory", run);
}
