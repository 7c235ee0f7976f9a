import { eventsUrl } from './api.js';
import { byId, count, debounced, el, say, timeOfDay } from './dom.js';

const kept = 1000;
const rowsShown = 100;
const pause = 250;
const retry = 3000;

/** The live tail of refusals, from the one stream of events; other kinds of event go to those who asked for them. */
export class Tail {
  #body = byId('tail').tBodies[0];
  #note = byId('tail-note');
  #filter = byId('tail-filter');
  #button = byId('pause');
  #listeners;
  #events = [];
  #heard = 0;
  #leftOut = 0;
  #frozen = null;
  #rows = [];
  #source = null;
  #last = 0;
  #due = false;
  #isHeard = true;

  /** `listeners` has a function for each kind of event that is of interest elsewhere. */
  constructor(listeners) {
    this.#listeners = listeners;
    this.#filter.addEventListener('input', debounced(() => this.#draw(), 150));
    this.#button.addEventListener('click', () => {
      this.#frozen = this.#frozen ? null : { events: [...this.#events], heard: this.#heard };
      this.#button.setAttribute('aria-pressed', String(Boolean(this.#frozen)));
      say(this.#button, this.#frozen ? 'Go on' : 'Pause');
      this.#draw();
    });
  }

  /** Follows the stream, from the last event that was heard. */
  open() {
    this.#source?.close();
    const source = this.#source = new EventSource(eventsUrl(['refusal', ...Object.keys(this.#listeners)], this.#last));
    const on = (kind, take) => source.addEventListener(kind, message => {
      this.#last = message.lastEventId || this.#last;
      take(JSON.parse(message.data));
    });
    on('refusal', event => this.#take(event));
    on('sampled', event => {
      this.#leftOut += event.left_out;
      this.#schedule();
    });
    for (const [kind, take] of Object.entries(this.#listeners)) on(kind, take);

    // A browser would try again with the address of the start, and hear everything twice.
    source.onopen = () => this.#hear(true);
    source.onerror = () => {
      source.close();
      this.#hear(false);
      setTimeout(() => this.#source === source && this.open(), retry);
    };
  }

  close() {
    this.#source?.close();
    this.#source = null;
  }

  #hear(isHeard) {
    this.#isHeard = isHeard;
    this.#schedule();
  }

  #take(event) {
    this.#events.push(event);
    this.#heard++;
    if (this.#events.length > 2 * kept) this.#events.splice(0, this.#events.length - kept);
    this.#schedule();
  }

  // However many events come, the table changes four times a second, in a frame of its own.
  #schedule() {
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => requestAnimationFrame(() => {
      this.#due = false;
      this.#draw();
    }), pause);
  }

  #draw() {
    const words = this.#filter.value.trim().toLowerCase();
    const from = this.#frozen?.events ?? this.#events;
    const found = [];
    for (let index = from.length - 1; index >= Math.max(0, from.length - kept) && found.length < rowsShown; index--) {
      if (!words || textOf(from[index]).includes(words)) found.push(from[index]);
    }
    while (this.#rows.length < found.length) {
      const row = create();
      this.#rows.push(row);
      this.#body.append(row.node);
    }
    while (this.#rows.length > found.length) this.#rows.pop().node.remove();
    this.#place(found);
    byId('tail-scroll').hidden = this.#heard === 0;
    byId('tail-empty').hidden = this.#heard > 0;
    const notes = this.#isHeard ? [] : ['the event stream has ended; reconnecting'];
    if (this.#frozen) notes.push(`paused; ${count(this.#heard - this.#frozen.heard)} newer`);
    if (words) notes.push(found.length === rowsShown ? `the newest ${rowsShown} that match` : `${count(found.length)} of the last ${count(Math.min(kept, from.length))} match`);
    if (this.#leftOut) notes.push(`${count(this.#leftOut)} events were left out: more than 1,000 a second`);
    say(this.#note, notes.join(' · '));
  }

  // Rows are used again: those whose event is shown no more take the new ones, and are put on top in one piece.
  #place(found) {
    const wanted = new Set(found);
    const free = this.#rows.filter(row => !wanted.has(row.event));
    const byEvent = new Map(this.#rows.filter(row => wanted.has(row.event)).map(row => [row.event, row]));
    this.#rows = found.map(event => byEvent.get(event) ?? fill(free.pop(), event));
    let place = this.#body.firstChild;
    for (const row of this.#rows) {
      if (row.node === place) place = place.nextSibling;
      else this.#body.insertBefore(row.node, place);
    }
  }
}

function create() {
  const row = { time: el('td', { role: 'cell' }), client: el('td', { role: 'cell' }), recipient: el('div'), sender: el('div', { class: 'muted' }) };
  Object.assign(row, { code: el('span', { class: 'code' }), label: el('span', { class: 'label' }), text: el('span', { class: 'text' }) });
  row.node = el('tr', { role: 'row' }, row.time, row.client, el('td', { role: 'cell' }, row.recipient, row.sender), el('td', { role: 'cell' }, row.text, ' ', row.label));
  return row;
}

function fill(row, event) {
  row.event = event;
  row.node.className = event.outcome === 'tempfail' ? 'tempfail' : 'permfail';
  say(row.time, timeOfDay(event.at));
  say(row.client, event.client ?? '');
  say(row.recipient, event.recipient ?? `(at ${event.stage})`);
  say(row.sender, event.sender == null ? '' : `from ${event.sender || '<>'}`);
  say(row.text, event.reply ?? String(event.code));
  say(row.label, event.label ?? '');
  return row;
}

function textOf(event) {
  return event.searched ??= [event.client, event.user, event.recipient, event.sender, event.domain, event.stage, event.code, event.label, event.reply].join('\n').toLowerCase();
}
