// A virtual list: only the visible rows are in the document.
// Rows have any height (measured once rendered) or one fixed height. A list that is scrolled to its end stays there;
// otherwise the reading position is kept when rows are added before it or change their height.
import { Component, html } from "./html.js";
import { IconButton } from "./icons.js";

const SPARE_PX = 300; // rows rendered beyond either edge
const NEAR_END_PX = 40;

export class VirtualList extends Component {
  heights = new Map();
  tops = [0];
  slots = new Map(); // key -> element
  stuck = true;
  seenTop = 0; // scrollTop as this list last set or noticed it
  anchor = null; // {key, delta}: the first row in sight, and how far it is scrolled out
  state = { top: 0, height: 800, away: false };

  constructor(props) {
    super(props);
    if (props.handle) props.handle.current = this;
  }

  componentDidMount() {
    this.watcher = new ResizeObserver((entries) => requestAnimationFrame(() => this.resized(entries)));
    this.watcher.observe(this.scroller);
    this.settle();
  }

  componentWillUnmount() {
    this.watcher.disconnect();
    this.watcher = null;
  }

  componentDidUpdate() {
    this.settle();
  }

  resized(entries) {
    if (!this.watcher) return;
    const wide = this.scroller.clientWidth;
    if (wide && wide !== this.width) {
      if (this.width) this.heights.clear();
      this.width = wide;
    }
    if (entries.length) this.settle();
  }

  /** The top of each row, and the end of all as one more entry. */
  measure(rows) {
    const { fixed, estimate, keyOf } = this.props;
    const tops = new Float64Array(rows.length + 1);
    for (let at = 0; at < rows.length; at++)
      tops[at + 1] = tops[at] + (fixed ?? this.heights.get(keyOf(rows[at])) ?? estimate);
    this.tops = tops;
    return tops;
  }

  /** The row at this offset. */
  rowAt(top) {
    let low = 0;
    let high = this.tops.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle] <= top) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, 0);
  }

  /** After rendering: measure heights, restore the reading position, render again if the range has changed. */
  settle() {
    const { scroller } = this;
    const { keyOf } = this.props;
    if (!scroller.clientHeight) return; // in a tab that is not shown
    // Somebody has scrolled up, and the event about it is still to come.
    if (this.stuck && scroller.scrollTop < this.seenTop && !this.isAtEnd()) this.scrolled();
    let changed = scroller.clientHeight !== this.state.height;
    if (!this.props.fixed) {
      for (const [key, slot] of this.slots) {
        const height = slot.offsetHeight;
        if (height && this.heights.get(key) !== height) {
          this.heights.set(key, height);
          changed = true;
        }
      }
      if (changed) {
        this.measure(this.props.rows);
        this.sizer.style.height = `${this.tops[this.tops.length - 1]}px`;
      }
    }
    if (this.stuck) scroller.scrollTop = scroller.scrollHeight;
    else if (this.anchor) {
      const at = this.props.rows.findIndex((row) => keyOf(row) === this.anchor.key);
      const top = at < 0 ? scroller.scrollTop : this.tops[at] + this.anchor.delta;
      if (Math.abs(top - scroller.scrollTop) > 1) scroller.scrollTop = top;
    }
    this.seenTop = scroller.scrollTop;
    if (changed || Math.abs(scroller.scrollTop - this.state.top) > SPARE_PX / 2) {
      this.setState({ top: scroller.scrollTop, height: scroller.clientHeight });
    }
    if (scroller.scrollTop < 200) this.props.onTop?.();
  }

  isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    return scrollTop + clientHeight >= scrollHeight - NEAR_END_PX;
  }

  scrolled = () => {
    const { scroller } = this;
    const top = scroller.scrollTop;
    this.seenTop = top;
    this.stuck = this.isAtEnd();
    const first = this.rowAt(top);
    const row = this.props.rows[first];
    this.anchor = row ? { key: this.props.keyOf(row), delta: top - this.tops[first] } : null;
    if (Math.abs(top - this.state.top) > SPARE_PX / 2 || this.stuck === this.state.away)
      this.setState({ top, away: !this.stuck });
    if (top < 400) this.props.onTop?.();
  };

  /** Scroll a row of a fixed-height list into view. */
  reveal(index) {
    const { scroller } = this;
    const { fixed } = this.props;
    const top = index * fixed;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + fixed > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = top + fixed - scroller.clientHeight;
    this.scrolled();
  }

  toEnd = () => {
    this.stuck = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.seenTop = this.scroller.scrollTop;
  };

  keepScroller = (element) => {
    this.scroller = element ?? this.scroller;
  };

  keepSizer = (element) => {
    this.sizer = element ?? this.sizer;
  };

  slot(key, element) {
    if (element) {
      this.slots.set(key, element);
      this.watcher?.observe(element);
    } else {
      const known = this.slots.get(key);
      if (known) this.watcher?.unobserve(known);
      this.slots.delete(key);
    }
  }

  render({ rows, keyOf, view, empty, low, active, ...rest }, { top, height, away }) {
    const tops = this.measure(rows);
    const total = tops[rows.length];
    // At the end, rows are positioned from the end: scrollTop may still be that of fewer rows.
    const from = this.stuck ? Math.max(0, total - height) : top;
    const first = rows.length ? this.rowAt(from - SPARE_PX) : 0;
    const last = rows.length ? this.rowAt(from + height + SPARE_PX) : -1;
    const seen = [];
    for (let at = first; at <= last; at++) {
      const row = rows[at];
      const key = keyOf(row);
      seen.push(html`<div
        class="slot"
        key=${key}
        role="presentation"
        ref=${(element) => this.slot(key, element)}
        style=${{ transform: `translateY(${tops[at]}px)` }}
      >
        ${view(row, at)}
      </div>`);
    }
    const { fixed, estimate, onTop, handle, class: name = "", ...attributes } = rest;
    // A row that is scrolled far away is not in the document.
    const isActive = active && seen.some(({ key }) => key === active);
    return html`<div class="list ${low ? "low" : ""}">
      <div class="scroller ${name}" ref=${this.keepScroller} onScroll=${this.scrolled} aria-activedescendant=${isActive ? `x-${active}` : undefined} ...${attributes}>
        ${rows.length ? null : empty}
        <div class="sizer" role="presentation" ref=${this.keepSizer} style=${{ height: `${total}px` }}>${seen}</div>
      </div>
      ${away && rows.length ? html`<div class="to-end"><${IconButton} icon="down" label="To the newest" onClick=${this.toEnd} /></div>` : null}
    </div>`;
  }
}
