import { read, write } from './api.js';
import { Rows, byId, cell, count, debounced, el, percent, rate, say, share, span } from './dom.js';

const shown = 200;
const outcomes = ['accepted', 'tempfail', 'permfail'];

// What a button makes of a domain; `calm` takes it all back.
const actions = [
  { name: 'down', label: 'down for 5 min', says: 'every recipient is deferred', make: () => ({ do: { bounce: 0, defer: 100 } }) },
  { name: 'defer', label: 'defer 50 %', says: 'half of the recipients are deferred', make: () => ({ do: { defer: 50 } }) },
  { name: 'throttle', label: 'throttle', says: 'half of the recipients get a throttling reply', make: async domain => ({ do: { reply: await throttleReply(domain) }, share: 50 }) },
];

/** The table of domains and the list of overrides: what is steered, and by what. */
export class Domains {
  #body = byId('domains').tBodies[0];
  #rows = new Rows(this.#body, item => this.#create(item), (row, item) => this.#update(row, item));
  #filter = byId('domains-filter');
  #order = new Map();
  #overridden = new Map();
  #overrides = new Rows(byId('overrides').tBodies[0], item => this.#createOverride(item), updateOverride);
  #listed = [];
  #listedAt = 0;
  #tell;

  /** `tell` shows a person what came of a change, `changed` asks for an update at once. */
  constructor(tell, changed) {
    this.#tell = tell;
    this.#filter.addEventListener('input', debounced(changed, 200));
    this.#body.addEventListener('keydown', event => this.#steer(event));
    this.#body.addEventListener('focusin', event => this.#rove(event.target));
    byId('calm').addEventListener('click', () => this.#change('Calm: no overrides are left', () => write('DELETE', 'overrides')));
  }

  /** How many domains an update needs: all that there may be while a person looks for one. */
  get wanted() {
    return this.#filter.value ? 1000 : shown;
  }

  /** Shows the domains of /stats. */
  show(stats) {
    const filter = this.#filter.value.trim().toLowerCase();
    const found = stats.domains.filter(item => item.domain.toLowerCase().includes(filter));
    const items = this.#ordered(found.slice(0, shown)).map(item => ({ ...item, key: item.domain }));
    this.#rows.show(items);
    if (!this.#body.querySelector('button[tabindex="0"]')) this.#body.querySelector('button:enabled')?.setAttribute('tabindex', '0');
    byId('domains-empty').hidden = items.length > 0;
    say(byId('domains-empty'), filter ? 'No domain with mail matches the filter.' : 'No mail yet.');
    byId('domains-scroll').hidden = items.length === 0;
    const left = found.length - items.length + stats.domains_left_out;
    say(byId('domains-note'), left > 0 ? `the busiest ${count(items.length)}; ${count(left)} more` : '');
  }

  /** Asks for the overrides and shows them. */
  async list() {
    this.#listed = (await read('overrides')).overrides;
    this.#listedAt = performance.now();
    this.#overridden = new Map();
    for (const override of this.#listed) {
      for (const domain of [override.match?.domain ?? []].flat()) {
        this.#overridden.set(domain, [...this.#overridden.get(domain) ?? [], override]);
      }
    }
    for (const row of this.#rows.rows.values()) this.#mark(row);
    this.countDown();
  }

  /** Shows the time that is left to each override; true when one has ended and the list is to be asked for again. */
  countDown() {
    const gone = (performance.now() - this.#listedAt) / 1000;
    const left = this.#listed.map(item => ({ ...item, key: item.id, left: item.left_seconds - gone }));
    this.#overrides.show(left.filter(item => item.left > 0).slice(0, shown));
    const open = left.filter(item => item.left > 0).length;
    byId('overrides-scroll').hidden = byId('calm').hidden = open === 0;
    byId('overrides-empty').hidden = open > 0;
    say(byId('overrides-note'), open > shown ? `the newest ${shown} of ${count(open)}` : '');
    return left.some(item => item.left <= 0);
  }

  // Rows do not move while somebody is about to use one: a button must not slip from under a pointer.
  #ordered(items) {
    if (this.#body.matches(':hover') || this.#body.contains(document.activeElement)) {
      const place = item => this.#order.get(item.domain) ?? Infinity;
      items.sort((one, other) => place(one) === place(other) ? 0 : place(one) - place(other));
    }
    this.#order = new Map(items.map((item, index) => [item.domain, index]));
    return items;
  }

  #create({ domain }) {
    const row = { domain, shares: {} };
    row.badge = el('span', { class: 'badge' });
    row.offered = cell('number', 'offered/s');
    row.total = cell('number', 'total');
    const shares = outcomes.map(name => {
      const [observed, expected] = [el('b'), el('span', { class: 'muted' })];
      row.shares[name] = { observed, expected };
      return cell(`number share ${name}`, name, observed, ' ', expected);
    });
    row.observed = el('span', { class: 'mix observed' });
    row.expected = el('span', { class: 'mix expected' });
    row.reply = el('span');
    const buttons = actions.map(action => this.#button(action.label, `${domain}: ${action.label}`, () => this.#act(domain, action)));
    row.calm = this.#button('calm', `${domain}: calm`, () => this.#calm(domain));
    row.node = el('tr', { role: 'row' },
      el('th', { class: 'name', scope: 'row', role: 'rowheader' }, domain, row.badge, row.observed, row.expected), row.offered, row.total, ...shares,
      cell('reply', undefined, row.reply), cell('actions', undefined, ...buttons, row.calm));
    if (domain === 'other') {
      for (const button of buttons) {
        button.disabled = true;
        button.title = 'All domains without an entry of their own';
      }
    }
    this.#mark(row);
    return row;
  }

  #button(label, description, act) {
    return el('button', { type: 'button', tabindex: '-1', 'aria-label': description, onclick: act }, label);
  }

  #update(row, item) {
    say(row.offered, rate(item.per_second['1']));
    say(row.total, count(item.recipients));
    for (const name of outcomes) {
      say(row.shares[name].observed, share(item.observed?.[name]));
      say(row.shares[name].expected, `/ ${percent(item.expected?.[name])}`);
    }
    paint(row.observed, item.observed);
    paint(row.expected, item.expected);
    const top = item.top_reply;
    say(row.reply, top ? `${top.code} ${top.text}` : '');
    if (top) row.reply.title = `${top.code} ${top.text}\n${count(top.count)} times, label ${top.label}`;
  }

  #mark(row) {
    const own = this.#overridden.get(row.domain) ?? [];
    say(row.badge, own.length === 0 ? '' : own.length === 1 ? 'overridden' : `${own.length} overrides`);
    if (own.length === 0 && row.calm === document.activeElement) row.node.querySelector('button:enabled')?.focus();
    row.calm.disabled = own.length === 0;
  }

  async #act(domain, action) {
    await this.#change(`${domain}: ${action.label} – ${action.says}. It ends automatically after 5 min.`, async () =>
      write('POST', 'overrides', { match: { domain }, ...await action.make(domain), for: '5m', name: `${domain}: ${action.label}` }));
  }

  async #calm(domain) {
    await this.#change(`${domain}: calm – only the policy file applies again.`, async () => {
      for (const { id } of this.#overridden.get(domain) ?? []) await remove(id);
    });
  }

  #createOverride(item) {
    const row = { acted: cell('number', 'acted'), left: cell('number', 'time left') };
    const button = el('button', { type: 'button', 'aria-label': `Remove ${item.name || item.id}`, onclick: () => this.#remove(item) }, 'remove');
    row.node = el('tr', { role: 'row' }, cell('name', undefined, item.name || `override ${item.id}`), cell('', 'matches', terms(item.match) || 'everything'),
      cell('', 'does', terms(item.do) + (item.share < 100 ? ` for ${percent(item.share)} %` : '')), row.acted, row.left, cell('actions', undefined, button));
    return row;
  }

  async #remove({ id, name }) {
    await this.#change(`Removed: ${name || id}`, () => remove(id));
    if (document.activeElement === document.body) (byId('overrides').querySelector('button') ?? byId('tab-live')).focus(); // Its button has gone.
  }

  async #change(done, change) {
    try {
      await change();
      this.#tell(done);
    } catch (error) {
      this.#tell(`Nothing was changed: ${error.message}`);
    }
    await this.list().catch(() => {});
  }

  // One stop for the Tab key; arrows go on from there.
  #steer(event) {
    const button = event.target.closest('button');
    if (!button) return;
    const rows = [...this.#body.rows];
    const enabled = row => [...row?.querySelectorAll('button:enabled') ?? []];
    const row = button.closest('tr');
    const along = enabled(row);
    const index = along.indexOf(button);
    const column = [...row.querySelectorAll('button')].indexOf(button);
    const inColumn = from => from.map(other => other.querySelectorAll('button')[column]).find(other => !other.disabled);
    const place = rows.indexOf(row);
    const next = {
      ArrowLeft: () => along[index - 1],
      ArrowRight: () => along[index + 1],
      ArrowUp: () => inColumn(rows.slice(0, place).reverse()),
      ArrowDown: () => inColumn(rows.slice(place + 1)),
      Home: () => inColumn(rows),
      End: () => inColumn([...rows].reverse()),
    }[event.key]?.();
    if (next) {
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }

  #rove(target) {
    for (const other of this.#body.querySelectorAll('button[tabindex="0"]')) other.tabIndex = -1;
    target.tabIndex = 0;
  }
}

/** The domain's own words for too much mail, or such as are common. */
async function throttleReply(domain) {
  const { entries } = await read(`policy?domain=${encodeURIComponent(domain)}`);
  const own = (entries[0]?.replies ?? []).filter(reply => reply.kind === 'throttle');
  const reply = own.find(({ stage }) => stage === 'rcpt') ?? own[0];
  return reply ? { code: reply.code, msg: reply.text } : { code: 451, msg: '4.7.1 Too much mail from your address, try again later' };
}

async function remove(id) {
  try {
    await write('DELETE', `overrides/${id}`);
  } catch (error) {
    if (error.status !== 404) throw error; // It has ended by itself.
  }
}

function updateOverride(row, item) {
  say(row.acted, count(item.acted) + (item.times ? ` of ${count(item.times)}` : ''));
  say(row.left, span(Math.max(1, Math.round(item.left))));
}

// The bars' shares, by properties of CSS: a policy of style sheets permits them, and they cost no elements.
function paint(bar, shares) {
  const key = shares ? `${shares.accepted}|${shares.tempfail}` : '';
  if (bar.painted === key) return;
  bar.painted = key;
  bar.classList.toggle('none', !shares);
  if (shares) {
    bar.style.setProperty('--a', `${shares.accepted}%`);
    bar.style.setProperty('--t', `${shares.accepted + shares.tempfail}%`);
  }
}

/** Names and values as a person would write them: defer 50, reply 451 4.7.1 Wait. */
function terms(object) {
  return Object.entries(object ?? {}).filter(([, value]) => value !== null).map(([name, value]) =>
    name === 'reply' ? `${value.code} ${value.msg}` : value === true ? name : `${name} ${[value].flat().join(', ')}`).join(', ');
}
