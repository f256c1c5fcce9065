// Paints the part of a picture that should change: templates/_mask_painter.html.
// What was done is kept as a list of marks in units of 0..1, so undo draws again and the mask fits the picture's real size.
// A mark is {kind: "stroke", erase, width, points: [x, y, …]}, {kind: "square", erase, column, row} or {kind: "all", erase}.
const SQUARES = 8;
const SAMPLE = 64; // the mask is measured on a small copy, 64 pixels wide and high
const SOLID = 127;

class MaskPainter extends HTMLElement {
  connectedCallback() {
    this.image = this.querySelector("img");
    this.canvas = this.querySelector("canvas");
    this.file = this.querySelector("input[type=file]");
    this.said = this.querySelector("[role=status]");
    this.grid = this.querySelector("[role=grid]");
    this.marks = [];
    this.undone = [];
    this.erase = false;
    this.stroke = null;
    this.penWasSeen = false;

    const size = this.querySelector("[data-brush-size]");
    const setSize = () => (this.brush = Number(size.value) / 100);
    size.addEventListener("input", setSize);
    setSize();

    const begin = () => {
      this.canvas.width = this.image.naturalWidth;
      this.canvas.height = this.image.naturalHeight;
      this.draw();
    };
    if (this.image.complete && this.image.naturalWidth) begin();
    else this.image.addEventListener("load", begin, { once: true });

    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) this.canvas.addEventListener(name, (event) => this.lift(event));
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) this.act(button.dataset.do, button);
    });
    this.addEventListener("keydown", (event) => this.key(event));
    this.buildGrid();
  }

  // ---- Pointer: mouse, finger, pen

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  press(event) {
    const isPen = event.pointerType === "pen";
    if (isPen) this.penWasSeen = true;
    // A palm beside the pen is no finger; and there is one stroke at a time.
    if ((event.pointerType === "touch" && this.penWasSeen) || this.stroke || (event.button > 0 && event.button !== 5)) return;
    this.canvas.setPointerCapture(event.pointerId);
    const pressure = isPen && event.pressure ? 0.5 + event.pressure : 1;
    const isRubber = event.button === 5 || (event.buttons & 32) > 0;
    this.pointer = event.pointerId;
    this.stroke = { kind: "stroke", erase: this.erase || isRubber, width: this.brush * pressure, points: this.at(event) };
    this.draw();
  }

  drag(event) {
    if (!this.stroke || event.pointerId !== this.pointer) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) this.stroke.points.push(...this.at(move));
    this.draw();
  }

  lift(event) {
    if (!this.stroke || event.pointerId !== this.pointer) return;
    const stroke = this.stroke;
    this.stroke = null;
    this.add(stroke);
  }

  // ---- Buttons and keys

  act(name, button) {
    if (name === "undo" && this.marks.length) this.undone.push(this.marks.pop());
    else if (name === "redo" && this.undone.length) this.marks.push(this.undone.pop());
    else if (name === "clear") return this.add({ kind: "all", erase: true });
    else if (name === "all") return this.add({ kind: "all", erase: false });
    else if (name === "brush" || name === "eraser") return this.take(name);
    else if (name === "squares") return this.toggleGrid(button);
    this.changed();
  }

  take(name) {
    this.erase = name === "eraser";
    for (const button of this.querySelectorAll("[data-do=brush], [data-do=eraser]")) button.setAttribute("aria-pressed", String(button.dataset.do === name));
  }

  key(event) {
    if (event.code !== "KeyZ" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.act(event.shiftKey ? "redo" : "undo");
  }

  add(mark) {
    this.marks.push(mark);
    this.undone = [];
    this.changed();
  }

  changed() {
    this.draw();
    this.showGrid();
    const percent = this.coverage();
    this.toggleAttribute("data-painted", percent > 0);
    if (this.said) this.said.textContent = percent ? this.dataset.coverage.replace("{percent}", percent) : this.dataset.nothing;
    this.dispatchEvent(new CustomEvent("mask:change", { bubbles: true, detail: { coverage: percent } }));
  }

  // ---- Drawing

  draw() {
    this.paint(this.canvas);
  }

  paint(canvas) {
    const context = canvas.getContext("2d", { willReadFrequently: canvas.width === SAMPLE });
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = context.strokeStyle = "#e0218a";
    context.lineCap = context.lineJoin = "round";
    for (const mark of this.stroke ? [...this.marks, this.stroke] : this.marks) this.put(context, mark, canvas.width, canvas.height);
    context.globalCompositeOperation = "source-over";
  }

  put(context, mark, width, height) {
    context.globalCompositeOperation = mark.erase ? "destination-out" : "source-over";
    if (mark.kind === "all") return context.fillRect(0, 0, width, height);
    if (mark.kind === "square") return context.fillRect((mark.column * width) / SQUARES, (mark.row * height) / SQUARES, width / SQUARES, height / SQUARES);
    const [x, y, ...rest] = mark.points;
    context.lineWidth = mark.width * Math.min(width, height);
    context.beginPath();
    context.moveTo(x * width, y * height);
    if (!rest.length) context.lineTo(x * width + 0.01, y * height); // a touch without a move is a dot
    for (let i = 0; i < rest.length; i += 2) context.lineTo(rest[i] * width, rest[i + 1] * height);
    context.stroke();
  }

  /** The painted part as 64 by 64 alpha values. */
  sample() {
    const small = document.createElement("canvas");
    small.width = small.height = SAMPLE;
    this.paint(small);
    const pixels = small.getContext("2d").getImageData(0, 0, SAMPLE, SAMPLE).data;
    return (x, y) => pixels[(y * SAMPLE + x) * 4 + 3];
  }

  coverage() {
    const alpha = this.sample();
    let painted = 0;
    for (let y = 0; y < SAMPLE; y++) for (let x = 0; x < SAMPLE; x++) if (alpha(x, y) > SOLID) painted++;
    return painted && Math.max(1, Math.round((painted * 100) / SAMPLE ** 2));
  }

  // ---- Squares: the way for the keyboard, and for those who cannot drag

  buildGrid() {
    for (let row = 0; row < SQUARES; row++) {
      const line = document.createElement("div");
      line.setAttribute("role", "row");
      for (let column = 0; column < SQUARES; column++) {
        const cell = document.createElement("button");
        cell.type = "button";
        cell.tabIndex = row + column ? -1 : 0;
        cell.setAttribute("role", "gridcell");
        cell.setAttribute("aria-selected", "false");
        cell.setAttribute("aria-label", this.dataset.square.replace("{row}", row + 1).replace("{column}", column + 1));
        Object.assign(cell.dataset, { row, column });
        line.append(cell);
      }
      this.grid.append(line);
    }
    this.grid.addEventListener("click", (event) => {
      const cell = event.target.closest("[role=gridcell]");
      if (cell) this.mark(cell, cell.getAttribute("aria-selected") === "true");
    });
    this.grid.addEventListener("keydown", (event) => this.walk(event));
  }

  mark(cell, erase) {
    this.add({ kind: "square", erase, column: Number(cell.dataset.column), row: Number(cell.dataset.row) });
  }

  walk(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const cell = event.target.closest("[role=gridcell]");
    if (!step || !cell) return;
    event.preventDefault();
    const next = this.grid.querySelector(`[data-row="${Number(cell.dataset.row) + step[0]}"][data-column="${Number(cell.dataset.column) + step[1]}"]`);
    if (!next) return;
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    if (event.shiftKey) this.mark(next, false);
  }

  toggleGrid(button) {
    this.grid.hidden = !this.grid.hidden;
    button.setAttribute("aria-pressed", String(!this.grid.hidden));
    if (!this.grid.hidden) this.grid.querySelector('[tabindex="0"]').focus();
  }

  showGrid() {
    const alpha = this.sample();
    const side = SAMPLE / SQUARES;
    for (const cell of this.grid.querySelectorAll("[role=gridcell]")) {
      const [left, top] = [Number(cell.dataset.column) * side, Number(cell.dataset.row) * side];
      let painted = 0;
      for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) if (alpha(left + x, top + y) > SOLID) painted++;
      cell.setAttribute("aria-selected", String(painted > side ** 2 / 2));
    }
  }

  // ---- The mask: a PNG of the picture's size, opaque where the picture stays, transparent where it changes

  async fill() {
    const painted = document.createElement("canvas");
    const mask = document.createElement("canvas");
    painted.width = mask.width = this.image.naturalWidth;
    painted.height = mask.height = this.image.naturalHeight;
    this.paint(painted);
    const context = mask.getContext("2d");
    context.fillRect(0, 0, mask.width, mask.height);
    context.globalCompositeOperation = "destination-out";
    context.drawImage(painted, 0, 0);
    const blob = await new Promise((done) => mask.toBlob(done, "image/png"));
    const files = new DataTransfer();
    files.items.add(new File([blob], "mask.png", { type: "image/png" }));
    this.file.files = files.files;
  }
}
customElements.define("mask-painter", MaskPainter);

// The form waits until the mask is in its file field. Listens first (capture), before anything counts the press as sent.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const painter = form.querySelector("mask-painter");
  if (!painter || form.dataset.maskReady) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await painter.fill();
  form.dataset.maskReady = "1";
  const button = event.submitter;
  if (form.requestSubmit) form.requestSubmit(button);
  else form.submit();
}, true);
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-mask-ready]")) delete form.dataset.maskReady;
});
