/* global uPlot */
import { byId, count, rate, say, timeOfDay } from './dom.js';

const seconds = 600;
const outcomes = ['accepted', 'tempfail', 'permfail'];

/** Ten minutes of outcomes per second, stacked. Keeps its own figures: the API's history once, then what was added to it. */
export class Chart {
  #place = byId('chart');
  #legend = outcomes.map(name => byId('legend').querySelector(`.${name}`));
  #when = byId('legend').querySelector('.when');
  #until = 0;
  #addedAt = 0;
  #values = outcomes.map(() => new Array(seconds).fill(null));
  #totals = [];
  #plot;

  constructor() {
    const redraw = () => this.#build();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#place);
    this.#place.addEventListener('keydown', event => this.#move(event));
    this.#place.addEventListener('blur', () => this.#plot?.setCursor({ left: -10, top: -10 }));
  }

  /** How many seconds of history are missing; by this machine's clock, which need not show the sink's time. */
  get missing() {
    return this.#until === 0 ? seconds : Math.min(seconds, Math.max(0, Math.ceil((Date.now() - this.#addedAt) / 1000)) + 2);
  }

  /** Takes a piece of history, its last second at `until`; what is known already is replaced. */
  add(history) {
    const shift = Math.min(seconds, history.until - this.#until);
    if (shift < 0) {
      this.#values.forEach(values => values.fill(null)); // The sink was started again with an earlier clock.
    }
    this.#values.forEach((values, outcome) => {
      if (shift > 0) {
        values.splice(0, shift);
        values.push(...new Array(shift).fill(null));
      }
      const added = history[outcomes[outcome]].slice(-seconds);
      added.forEach((value, index) => { values[seconds - added.length + index] = value; });
    });
    this.#until = history.until;
    this.#addedAt = Date.now();
  }

  /** Draws what was added, and the totals of /stats in the legend. */
  draw(recipients) {
    this.#totals = outcomes.map(name => recipients[name].total);
    if (!this.#plot) this.#build();
    else this.#plot.setData(this.#data());
    this.#tell(this.#plot.cursor.idx);
  }

  #size() {
    return { width: Math.max(200, this.#place.clientWidth), height: this.#place.clientHeight };
  }

  #data() {
    const [accepted, tempfail, permfail] = this.#values;
    const over = (below, above) => below.map((value, index) => value === null || above[index] === null ? null : value + above[index]);
    const two = over(accepted, tempfail);
    return [accepted.map((_, index) => this.#until - seconds + 1 + index), accepted, two, over(two, permfail)];
  }

  #build() {
    this.#plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = name => style.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: colour('muted'), font: '11px system-ui, "DejaVu Sans", sans-serif', grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
    this.#plot = new uPlot({
      ...this.#size(),
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.08)] } },
      axes: [
        { ...axis, size: 24, space: 70, values: (_, marks) => marks.map(mark => timeOfDay(mark * 1000)) },
        { ...axis, size: 48, space: 28, values: (_, marks) => marks.map(rate) },
      ],
      series: [{}, ...outcomes.map((name, index) => ({ label: name, stroke: colour(name), width: 1, points: { show: false }, ...index === 0 && { fill: colour(name) } }))],
      bands: [{ series: [3, 2], fill: colour('permfail') }, { series: [2, 1], fill: colour('tempfail') }],
      hooks: { setCursor: [plot => this.#tell(plot.cursor.idx)] },
    }, this.#data(), this.#place);
  }

  // Left and right go through the seconds as the mouse does.
  #move(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -seconds, End: seconds }[event.key];
    if (!step || !this.#plot) return;
    event.preventDefault();
    const index = Math.min(seconds - 1, Math.max(0, (this.#plot.cursor.idx ?? seconds) + step));
    this.#plot.setCursor({ left: this.#plot.valToPos(this.#until - seconds + 1 + index, 'x'), top: 0 });
  }

  #tell(index) {
    const shown = index ?? seconds - 1;
    this.#legend.forEach((item, outcome) => {
      say(item.querySelector('b'), `${rate(this.#values[outcome][shown])}/s`);
      say(item.querySelector('.muted'), `${count(this.#totals[outcome])} in all`);
    });
    say(this.#when, index == null ? 'now' : `at ${timeOfDay((this.#until - seconds + 1 + index) * 1000)}`);
  }
}
