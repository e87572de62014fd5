// The page: models, tabs, and the parts that the tabs are made of.
import { attempt, element, models } from "./client.js";
import { Source } from "./source.js";
import { generate } from "./generate.js";
import { invert } from "./invert.js";
import { interpolate } from "./interpolate.js";
import { edit } from "./edit.js";
import { trajectory } from "./trajectory.js";
import { runs } from "./runs.js";

const tabs = [...document.querySelectorAll("[role=tab]")];
const shown = new Map();
const chosen = [];

const studio = {
  model: undefined,
  onShow(name, listener) { shown.set(name, listener); },
  onModel(listener) { chosen.push(listener); },
  show(name) {
    for (const tab of tabs) {
      const selected = tab.getAttribute("aria-controls") === name;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !selected;
    }
    shown.get(name)?.();
  },
};

for (const [number, tab] of tabs.entries()) {
  tab.addEventListener("click", () => studio.show(tab.getAttribute("aria-controls")));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tabs[(number + step + tabs.length) % tabs.length];
    studio.show(next.getAttribute("aria-controls"));
    next.focus();
  });
}

const sources = [...document.querySelectorAll(".source")].map((place) => new Source(place));
generate(studio);
invert(studio);
interpolate(studio);
edit(studio);
trajectory(studio);
runs(studio);

function choose(model) {
  studio.model = model;
  document.getElementById("about").textContent =
    `${model.kind}, ${model.size} × ${model.size} ${model.channels === 1 ? "grey" : "coloured"} pixels, ${model.device} ${model.precision}`;
  for (const select of document.querySelectorAll("select[data-classes]")) {
    const none = select.dataset.classes;
    select.replaceChildren(
      ...(none ? [element("option", { value: "", textContent: none })] : []),
      ...model.classes.map((name, number) => element("option", { value: String(number), textContent: name })));
    select.closest("label").classList.toggle("unused", model.classes.length === 0);
  }
  for (const select of document.querySelectorAll("select[data-walks]")) {
    const walks = Object.entries(model.walks[select.dataset.walks] ?? {});
    select.replaceChildren(...walks.map(([steps, walk]) =>
      element("option", { value: steps, textContent: `${steps}: ${walk}`, selected: steps === "2" })));
  }
  for (const each of sources) each.offer(model);
  for (const listener of chosen) listener();
  shown.get(document.querySelector("[role=tabpanel]:not([hidden])").id)?.();
}

const select = document.getElementById("model");
const all = await attempt("Opening", models);
if (all) {
  select.replaceChildren(...all.map((model) => element("option", { value: model.name, textContent: model.name })));
  select.addEventListener("change", () => choose(all.find((model) => model.name === select.value)));
  choose(all[0]);
}
