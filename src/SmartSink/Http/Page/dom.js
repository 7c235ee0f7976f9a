// Small pieces of the page. Text from clients only ever becomes text: nothing here, or anywhere else, parses markup.

export const byId = id => document.getElementById(id);

/** An element with properties (class, role, data-… as attributes; on… as listeners) and children, which are nodes or text. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children);
  return node;
}

/** Sets text that differs: what stays the same costs no layout. */
export function say(node, text) {
  if (node.said !== text) node.textContent = node.said = text;
}

/** Rows of a table's body, a row for each key; those that stay are changed in place, so that focus and selection stay with them. */
export class Rows {
  constructor(body, create, update) {
    Object.assign(this, { body, create, update, rows: new Map() });
  }

  /** Shows items, each with a `key`, in this order. */
  show(items) {
    const kept = new Set(items.map(item => item.key));
    for (const [key, row] of this.rows) {
      if (!kept.has(key)) {
        this.rows.delete(key);
        row.node.remove();
      }
    }
    let place = this.body.firstChild;
    for (const item of items) {
      let row = this.rows.get(item.key);
      if (!row) this.rows.set(item.key, row = this.create(item));
      this.update(row, item);
      if (row.node === place) place = place.nextSibling;
      else this.body.insertBefore(row.node, place);
    }
  }
}

/** A table cell; `head` names it where the table is shown as lines, on a phone. */
export const cell = (className, head, ...children) => el('td', { class: className, 'data-head': head, role: 'cell' }, ...children);

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

export const count = number => number == null ? '–' : whole.format(number);

/** A rate: tenths below a hundred. */
export const rate = number => number == null ? '–' : number >= 100 ? whole.format(number) : tenths.format(number);

export const percent = number => number == null ? '–' : tenths.format(number);

/** A percentage that was observed: with its tenth, so that figures stand below each other. */
export const share = number => number == null ? '–' : number.toFixed(1);

/** A length of time in its two largest units: 4 min 10 s. */
export function span(seconds) {
  if (seconds == null) return '–';
  if (seconds < 10) return `${tenths.format(Math.max(0, seconds))} s`;
  const s = Math.round(seconds);
  const parts = [[Math.floor(s / 86400), 'd'], [Math.floor(s / 3600) % 24, 'h'], [Math.floor(s / 60) % 60, 'min'], [s % 60, 's']];
  const first = parts.findIndex(([n]) => n > 0);
  return parts.slice(first, first + 2).filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`).join(' ');
}

const two = n => String(n).padStart(2, '0');

/** A time of day, of a Date or of what one is made from. */
export function timeOfDay(at) {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export const debounced = (call, milliseconds) => {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, milliseconds);
  };
};
