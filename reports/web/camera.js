// What of a drawing is in sight: moved and scaled by mouse, touch and keys.

class Camera {
  constructor(canvas) {
    this.canvas = canvas;
    this.x = this.y = 0;
    this.scale = 1;
    this.stage = draw('g', {});
    this.svg = draw('svg', {'font-size': 12, 'text-anchor': 'middle'}, this.stage);
    canvas.append(this.svg);
    this.listen();
  }
  listen() {
    const {canvas} = this;
    const pointers = new Map();
    const inside = event => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    on(canvas, 'wheel', event => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) this.zoom(Math.exp(-event.deltaY / 200), ...inside(event));
      else this.move(-event.deltaX, -event.deltaY);
    }, {passive: false});
    on(canvas, 'pointerdown', event => {
      pointers.set(event.pointerId, inside(event));
      this.isDragged = false;
    });
    on(canvas, 'pointermove', event => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const now = inside(event);
      const dx = now[0] - before[0], dy = now[1] - before[1];
      if (!this.isDragged && Math.hypot(dx, dy) < 4) return;
      if (!this.isDragged) canvas.setPointerCapture(event.pointerId);
      this.isDragged = true;
      if (pointers.size === 2) {
        const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
        const far = point => Math.max(1, Math.hypot(point[0] - other[0], point[1] - other[1]));
        this.zoom(far(now) / far(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
        this.move(dx / 2, dy / 2);
      } else {
        this.move(dx, dy);
      }
      pointers.set(event.pointerId, now);
    });
    for (const type of ['pointerup', 'pointercancel']) on(canvas, type, event => pointers.delete(event.pointerId));
    // The end of a drag is no click.
    on(canvas, 'click', event => { if (this.isDragged) { event.stopPropagation(); this.isDragged = false; } }, true);
    on(canvas, 'dblclick', event => this.zoom(1.5, ...inside(event)));
    const by = (dx, dy) => () => this.move(dx * 80, dy * 80);
    onKeys(canvas, {ArrowLeft: by(1, 0), ArrowRight: by(-1, 0), ArrowUp: by(0, 1), ArrowDown: by(0, -1), '+': () => this.zoom(1.25), '=': () => this.zoom(1.25), '-': () => this.zoom(0.8), 0: () => this.whole()});
  }
  // Of the drawing: its size.
  hold(width, height) {
    this.width = width;
    this.height = height;
    this.apply();
  }
  get room() { return [this.canvas.clientWidth || 800, this.canvas.clientHeight || 600]; }
  // From its top, as wide as there is room and its words can be read.
  begin() {
    const [wide] = this.room;
    this.scale = Math.min(1.1, Math.max(0.45, (wide - 32) / this.width));
    this.x = (wide - this.width * this.scale) / 2;
    this.y = 8;
    this.apply();
  }
  whole() {
    const [wide, high] = this.room;
    this.scale = Math.min(1.5, (wide - 16) / this.width, (high - 16) / this.height);
    this.x = (wide - this.width * this.scale) / 2;
    this.y = (high - this.height * this.scale) / 2;
    this.apply();
  }
  zoom(factor, x = this.room[0] / 2, y = this.room[1] / 2) {
    const scale = Math.min(4, Math.max(0.03, this.scale * factor));
    this.x = x - (x - this.x) * scale / this.scale;
    this.y = y - (y - this.y) * scale / this.scale;
    this.scale = scale;
    this.apply();
  }
  move(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.apply();
  }
  // Moves no further than needed to have an element in sight.
  see(element) {
    this.canvas.scrollTo(0, 0);
    const box = element.getBoundingClientRect(), frame = this.canvas.getBoundingClientRect();
    const by = (low, high, from, to) => (low < from + 16 ? from + 16 - low : high > to - 16 ? Math.max(to - 16 - high, from + 16 - low) : 0);
    this.move(by(box.left, box.right, frame.left, frame.right), by(box.top, Math.min(box.bottom, box.top + 60), frame.top, frame.bottom));
  }
  // A little of it always stays in sight.
  apply() {
    const [wide, high] = this.room;
    this.x = Math.min(wide - 40, Math.max(40 - this.width * this.scale, this.x));
    this.y = Math.min(high - 40, Math.max(40 - this.height * this.scale, this.y));
    this.stage.setAttribute('transform', `translate(${this.x.toFixed(1)} ${this.y.toFixed(1)}) scale(${this.scale.toFixed(4)})`);
  }
}
