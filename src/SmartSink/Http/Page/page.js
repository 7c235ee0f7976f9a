import { read } from './api.js';
import { LiveChart } from './chart.js';
import { Domains } from './domains.js';
import { byId, count, debounced, el, rate, say, span } from './dom.js';
import { wireExplain } from './explain.js';
import { showPolicy, wirePolicy } from './policy.js';
import { showReport, wireReport } from './report.js';
import { showSenders } from './senders.js';
import { Tail } from './tail.js';

const second = 1000;
const listEvery = 10; // Overrides that others make are told by events as well.

const tell = text => say(byId('notice'), text);
const chart = new LiveChart();
const domains = new Domains(tell, () => update());
const listSoon = debounced(() => domains.list().catch(() => {}), 100);
const policySoon = debounced(() => views.policy.shown && showPolicy().catch(() => {}), 100);
const tail = new Tail({ override: listSoon, reload: policySoon });
const views = Object.fromEntries(['live', 'senders', 'report', 'try', 'policy'].map(name => [name, { panel: byId(name), tab: byId(`tab-${name}`), get shown() { return !this.panel.hidden; } }]));

let updating = false;
let updates = 0;
let timer = null;
let silentSince = null;

/** One update: the figures of now, and the seconds that the chart lacks. None is begun while one is under way. */
async function update() {
  if (updating || document.hidden) return;
  updating = true;
  try {
    const [stats, history] = await Promise.all([read(`stats?domains=${domains.wanted}`), read(`stats/history?seconds=${chart.missing}`)]);
    if (domains.countDown() || updates++ % listEvery === 0) await domains.list();
    if (views.senders.shown) await showSenders();
    silentSince = null;
    requestAnimationFrame(() => {
      showState(stats);
      chart.add(history);
      if (views.live.shown) {
        chart.draw(stats.recipients);
        domains.show(stats);
      }
      document.documentElement.dataset.updates = updates;
    });
  } catch (error) {
    silentSince ??= Date.now();
    warn([error.status ? `The sink does not report its figures: ${error.message}` : `The sink has not answered for ${span((Date.now() - silentSince) / second)}; these figures are out of date.`]);
  } finally {
    updating = false;
  }
}

function showState({ at, policy, warnings, connections, messages, recipients }) {
  say(byId('messages'), rate(messages.per_second['1']));
  say(byId('recipients'), rate(['accepted', 'tempfail', 'permfail'].reduce((sum, name) => sum + recipients[name].per_second['1'], 0)));
  say(byId('connections'), count(connections.open));
  say(byId('policy-hash'), policy.hash.slice(0, 12));
  say(byId('policy-age'), `${span(Math.max(0, Math.floor((Date.parse(at) - Date.parse(policy.loaded_at)) / second)))} old`);
  warn(warnings);
}

function warn(warnings) {
  const list = byId('warnings');
  if (list.told === warnings.join('\n')) return; // It is read out when it changes, and only then.
  list.told = warnings.join('\n');
  list.replaceChildren(...warnings.map(warning => el('li', {}, warning)));
}

function select(name, focus) {
  for (const [other, { panel, tab }] of Object.entries(views)) {
    panel.hidden = other !== name;
    tab.setAttribute('aria-selected', String(other === name));
    tab.tabIndex = other === name ? 0 : -1;
    if (focus && other === name) tab.focus();
  }
  history.replaceState(null, '', name === 'live' ? location.pathname : `#${name}`);
  const show = { policy: showPolicy, report: showReport }[name];
  if (show) show().catch(error => tell(error.message));
  else if (name !== 'try') update();
}

function wireTabs() {
  const names = Object.keys(views);
  names.forEach((name, index) => {
    views[name].tab.addEventListener('click', () => select(name));
    views[name].tab.addEventListener('keydown', event => {
      const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: names.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      select(names[(next + names.length) % names.length], true);
    });
  });
}

// A tab that nobody sees asks for nothing and hears nothing; when it is looked at again it catches up.
function follow() {
  clearInterval(timer);
  if (document.hidden) {
    tail.close();
  } else {
    tail.open();
    timer = setInterval(update, second);
    update();
  }
}

wireTabs();
wireExplain();
wirePolicy(tell);
wireReport(tell);
// Said aloud for the phone's layout, in which a table's parts are shown as lines and lose what they are.
for (const table of document.querySelectorAll('table')) {
  if (!table.hasAttribute('role')) table.setAttribute('role', 'table');
  for (const part of table.querySelectorAll('thead, tbody')) part.setAttribute('role', 'rowgroup');
  for (const row of table.querySelectorAll('tr')) row.setAttribute('role', 'row');
  for (const head of table.querySelectorAll('th')) head.setAttribute('role', 'columnheader');
}
for (const region of document.querySelectorAll('.scroll')) {
  region.tabIndex = 0;
  region.setAttribute('role', 'region');
  region.setAttribute('aria-label', region.querySelector('caption').textContent);
}
select(views[location.hash.slice(1)] ? location.hash.slice(1) : 'live');
document.addEventListener('visibilitychange', follow);
follow();
