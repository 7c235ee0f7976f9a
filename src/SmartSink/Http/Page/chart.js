/* global uPlot */
import { byId, count, rate, say, timeOfDay } from './dom.js';

export const outcomes = ['accepted', 'tempfail', 'permfail'];

const seconds = 600;

/**
 * Recipients by outcome over time, stacked. The pointer reads a point, and so do the arrow keys while the chart has the focus; a screen reader hears it as the value
 * of a slider, which nothing else that it knows lets a person move along.
 */
export class OutcomeChart {
  #place;
  #tell;
  #stepped;
  #from = 0;
  #step = 1;
  #values = outcomes.map(() => []);
  #plot;

  /**
   * @param place An element that is named by aria-label.
   * @param tell Shows the point of an index, null for none, and returns it as a text.
   * @param stepped Whether a value holds until the next one, which is right for few of them.
   * @param signal Ends what the chart listens to.
   */
  constructor(place, tell, { stepped = false, signal } = {}) {
    Object.entries({ tabindex: 0, role: 'slider', 'aria-readonly': true, 'aria-valuemin': 0 }).forEach(([name, value]) => place.setAttribute(name, value));
    this.#place = place;
    this.#tell = tell;
    this.#stepped = stepped;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plot && this.#build(), { signal });
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(place);
    place.addEventListener('keydown', event => this.#move(event));
    place.addEventListener('blur', () => this.#plot?.setCursor({ left: -10, top: -10 }));
    this.#speak(null, '');
  }

  /** Draws values, a list for each outcome: the first of them at `from`, the others `step` seconds after each other. Null is a gap. */
  draw(from, step, values) {
    this.#from = from;
    this.#step = step;
    this.#values = values;
    if (this.#plot) this.#plot.setData(this.#data());
    else this.#build();
    this.#tell(this.#read());
  }

  get #length() {
    return this.#values[0].length;
  }

  #size() {
    return { width: Math.max(200, this.#place.clientWidth), height: this.#place.clientHeight };
  }

  #data() {
    const over = (below, above) => below.map((value, index) => value === null || above[index] === null ? null : value + above[index]);
    const [accepted, tempfail, permfail] = this.#values;
    const two = over(accepted, tempfail);
    const stacked = [accepted, two, over(two, permfail)];
    // The last step has an end, too.
    const times = Array.from({ length: this.#length + (this.#stepped ? 1 : 0) }, (_, index) => this.#from + this.#step * index);
    return [times, ...this.#stepped ? stacked.map(values => [...values, values.at(-1)]) : stacked];
  }

  #build() {
    this.#plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = name => style.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: colour('muted'), font: '11px system-ui, "DejaVu Sans", sans-serif', grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
    const paths = this.#stepped ? uPlot.paths.stepped({ align: 1 }) : undefined;
    this.#plot = new uPlot({
      ...this.#size(),
      padding: [8, 28, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.08)] } },
      axes: [
        { ...axis, size: 24, space: 70, values: (_, marks) => marks.map(mark => timeOfDay(mark * 1000)) },
        { ...axis, size: 48, space: 28, values: (_, marks) => marks.map(rate) },
      ],
      series: [{}, ...outcomes.map((name, index) => ({ label: name, width: 0, paths, points: { show: false }, ...index === 0 && { fill: colour(name) } }))],
      bands: [{ series: [3, 2], fill: colour('permfail') }, { series: [2, 1], fill: colour('tempfail') }],
      hooks: { setCursor: [() => this.#tell(this.#read())] },
    }, this.#data(), this.#place);
  }

  /** The index under the cursor; null for none. */
  #read() {
    const { idx, left } = this.#plot?.cursor ?? {};
    if (idx == null || !this.#stepped) return idx ?? null;
    return Math.min(this.#length - 1, Math.max(0, Math.floor((this.#plot.posToVal(left, 'x') - this.#from) / this.#step)));
  }

  #move(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -60, PageDown: 60, Home: -Infinity, End: Infinity }[event.key];
    if (!step || !this.#plot) return;
    event.preventDefault();
    const last = this.#length - 1;
    const index = Math.min(last, Math.max(0, (this.#read() ?? last + 1) + step));
    this.#plot.setCursor({ left: this.#plot.valToPos(this.#from + this.#step * (index + (this.#stepped ? 0.5 : 0)), 'x'), top: 0 });
    this.#speak(index, this.#tell(index));
  }

  // What was chosen by a key, and nothing else: figures that come by themselves would be read out each second.
  #speak(index, text) {
    Object.entries({ 'aria-valuemax': Math.max(0, this.#length - 1), 'aria-valuenow': index ?? 0, 'aria-valuetext': text || 'no point chosen' })
      .forEach(([name, value]) => this.#place.setAttribute(name, value));
  }
}

/** Ten minutes of outcomes per second. Keeps its own figures: the API's history once, then what was added to it. */
export class LiveChart {
  #legend = outcomes.map(name => byId('legend').querySelector(`.${name}`));
  #when = byId('legend').querySelector('.when');
  #chart = new OutcomeChart(byId('chart'), index => this.#tell(index));
  #until = 0;
  #addedAt = 0;
  #values = outcomes.map(() => new Array(seconds).fill(null));
  #totals = [];

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
    this.#chart.draw(this.#until - seconds + 1, 1, this.#values);
  }

  #tell(index) {
    const shown = index ?? seconds - 1;
    const rates = this.#values.map(values => `${rate(values[shown])}/s`);
    const when = index === null ? 'now' : `at ${timeOfDay((this.#until - seconds + 1 + index) * 1000)}`;
    this.#legend.forEach((item, outcome) => {
      say(item.querySelector('b'), rates[outcome]);
      say(item.querySelector('.muted'), `${count(this.#totals[outcome])} in all`);
    });
    say(this.#when, when);
    return `${when}: ${outcomes.map((name, outcome) => `${name} ${rates[outcome]}`).join(', ')}`;
  }
}
