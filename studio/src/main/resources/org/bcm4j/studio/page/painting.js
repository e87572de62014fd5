// Painting with mouse, touch, pen and keyboard on a picture: a mask over it, or a drawing on it.
export class Painting {
  constructor(canvas, settings) {
    this.canvas = canvas;
    this.settings = settings; // { tool(), size(), paint() }; paint is that of a drawing, a colour of CSS
    this.size = 28;
    this.layer = document.createElement("canvas"); // white where painted, else transparent; or a drawing's colours
    this.history = [];
    this.cursor = undefined;
    canvas.addEventListener("pointerdown", (event) => {
      if (this.last || event.button !== 0) return; // a second finger, or a menu
      canvas.setPointerCapture(event.pointerId);
      this.remember();
      this.stroke(event, event);
      this.last = event;
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.last?.pointerId) return;
      for (const each of event.getCoalescedEvents?.() ?? [event]) {
        this.stroke(this.last, each);
        this.last = each;
      }
    });
    const end = (event) => {
      if (event.pointerId === this.last?.pointerId) this.last = undefined;
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => { this.cursor = undefined; this.draw(); });
  }

  /** Begins anew, on a picture. */
  begin(image, size, drawing) {
    this.image = image;
    this.size = size;
    this.drawing = drawing;
    this.layer.width = size;
    this.layer.height = size;
    this.history = [];
    this.draw();
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * this.size, (event.clientY - box.top) / box.height * this.size];
  }

  stroke(from, to) {
    this.line(this.place(from), this.place(to));
  }

  line([x0, y0], [x1, y1]) {
    const context = this.layer.getContext("2d");
    const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) * 2));
    for (let i = 0; i <= steps; i++) {
      this.dot(context, x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps);
    }
    this.draw();
  }

  dot(context, x, y) {
    const radius = this.settings.size() / 2;
    context.globalCompositeOperation = this.settings.tool() === "eraser" ? "destination-out" : "source-over";
    context.fillStyle = this.drawing ? this.settings.paint() : "white";
    // Whole pixels: a mask has no edges in between.
    for (let row = Math.floor(y - radius); row <= y + radius; row++) {
      for (let column = Math.floor(x - radius); column <= x + radius; column++) {
        if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= radius + 0.01) context.fillRect(column, row, 1, 1);
      }
    }
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    this.cursor ??= [this.size / 2, this.size / 2];
    if (moves[event.key]) {
      const [dx, dy] = moves[event.key];
      this.cursor = [this.cursor[0] + dx, this.cursor[1] + dy].map((each) => Math.max(0, Math.min(this.size, each)));
    } else if (event.key === " ") {
      this.remember();
      this.line(this.cursor, this.cursor);
    } else {
      return;
    }
    event.preventDefault();
    this.draw();
  }

  remember() {
    this.history.push(this.layer.getContext("2d").getImageData(0, 0, this.size, this.size));
    if (this.history.length > 50) this.history.shift();
  }

  undo() {
    const before = this.history.pop();
    if (before) this.layer.getContext("2d").putImageData(before, 0, 0);
    this.draw();
  }

  clear() {
    this.remember();
    this.layer.getContext("2d").clearRect(0, 0, this.size, this.size);
    this.draw();
  }

  isEmpty() {
    return !this.layer.getContext("2d").getImageData(0, 0, this.size, this.size).data.some((each) => each > 0);
  }

  draw() {
    const { width, height } = this.canvas;
    const context = this.canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.fillStyle = "black";
    context.fillRect(0, 0, width, height);
    if (this.image) context.drawImage(this.image, 0, 0, width, height);
    context.drawImage(this.drawing ? this.layer : this.tinted(), 0, 0, width, height);
    if (this.cursor) {
      context.strokeStyle = "#ff3b30";
      context.lineWidth = 2;
      const [x, y] = this.cursor.map((each) => each / this.size * width);
      context.strokeRect(x - 5, y - 5, 10, 10);
    }
  }

  /** The mask in a colour that no picture hides. */
  tinted() {
    const tint = document.createElement("canvas");
    tint.width = this.size;
    tint.height = this.size;
    const context = tint.getContext("2d");
    context.drawImage(this.layer, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = "rgb(225 29 72 / 80%)";
    context.fillRect(0, 0, this.size, this.size);
    return tint;
  }

  /** The mask: white where painted, on black. The drawing: what was painted, on the picture. */
  png() {
    const out = document.createElement("canvas");
    out.width = this.size;
    out.height = this.size;
    const context = out.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.fillStyle = "black";
    context.fillRect(0, 0, this.size, this.size);
    if (this.drawing && this.image) context.drawImage(this.image, 0, 0, this.size, this.size);
    context.drawImage(this.layer, 0, 0);
    return out.toDataURL("image/png").split(",")[1];
  }
}
