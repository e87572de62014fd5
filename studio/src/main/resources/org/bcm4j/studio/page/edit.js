// Edits of a picture; several results of one edit, to choose from, beside the picture.
import { ask, attempt, element, latest, png, say, showValues } from "./client.js";
import { Painting } from "./painting.js";
import { source } from "./source.js";

export function edit(studio) {
  const form = document.getElementById("edit-form");
  const painted = document.querySelector(".painting");
  const results = document.getElementById("edit-results");
  const grid = document.getElementById("edited");
  const before = document.getElementById("divider-before");
  const after = document.getElementById("divider-after");
  const place = document.getElementById("divider-place");
  showValues(form);
  const isGrey = () => studio.model.channels === 1;
  const shade = document.getElementById("shade");
  const colour = document.getElementById("colour");
  const painting = new Painting(document.getElementById("painting"), {
    tool: () => document.querySelector("input[name=tool]:checked").value,
    size: () => Number(document.getElementById("brush-size").value),
    paint: () => (isGrey() ? `rgb(${shade.value} ${shade.value} ${shade.value})` : colour.value),
  });

  function arrange() {
    const task = form.task.value;
    for (const label of document.querySelectorAll("#edit [data-for]")) {
      label.hidden = !label.dataset.for.split(" ").includes(task);
    }
    painted.hidden = task !== "inpaint" && task !== "stroke";
    (isGrey() ? colour : shade).closest("label").hidden = true;
    form.task.querySelector("[value=colorize]").disabled = isGrey();
    form.task.querySelector("[value=swap]").disabled = studio.model.classes.length === 0;
    begin();
  }

  async function begin() {
    const chosen = source("edit").image;
    if (!chosen) return;
    const image = new Image();
    image.src = png(chosen);
    await image.decode();
    painting.begin(image, studio.model.size, form.task.value === "stroke");
  }

  function body() {
    const task = form.task.value;
    const common = { image: source("edit").image, walk: form.walk.value.trim(), seed: Number(form.seed.value),
      // A field that is hidden is of other edits.
      variants: form.variants.closest("label").hidden ? undefined : Number(form.variants.value) };
    const label = form.label.value;
    return {
      inpaint: { ...common, label, mask: painting.png() },
      restore: { ...common, label, quality: Number(form.quality.value) },
      superres: { ...common, label, factor: Number(form.factor.value) },
      denoise: { ...common, label, sigma: Number(form.sigma.value), add: true },
      colorize: { ...common, label },
      stroke: { ...common, label, image: painting.png() },
      swap: { ...common, from: form.from.value, to: form.to.value },
      reconstruct: { ...common, label },
    }[task];
  }

  function divide() {
    after.style.clipPath = `inset(0 0 0 ${place.value}%)`;
  }

  const run = latest(async () => {
    const task = form.task.value;
    if (!source("edit").image) {
      say("Choose a picture first.", true);
      return;
    }
    if (task === "inpaint" && painting.isEmpty()) {
      say("Paint over what is to be filled first.", true);
      return;
    }
    const request = body();
    const found = await attempt("Editing", () => ask(studio.model.name, task, request));
    if (!found) return;
    before.src = png(found.input ?? request.image);
    grid.replaceChildren(...found.images.map((image, number) => {
      const tile = element("button", { type: "button", className: "tile", title: `result ${number + 1}` },
        element("img", { src: png(image), alt: `result ${number + 1}` }));
      tile.addEventListener("click", () => choose(tile, image));
      return tile;
    }));
    choose(grid.firstElementChild, found.images[0]);
    results.hidden = false;
  });

  function choose(tile, image) {
    for (const each of grid.querySelectorAll(".tile")) each.setAttribute("aria-pressed", String(each === tile));
    after.src = png(image);
    divide();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  place.addEventListener("input", divide);
  form.task.addEventListener("change", arrange);
  source("edit").onChange(begin);
  document.getElementById("undo").addEventListener("click", () => painting.undo());
  document.getElementById("clear").addEventListener("click", () => painting.clear());
  studio.onModel(arrange);
}
