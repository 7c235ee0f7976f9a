import { read, write } from './api.js';
import { OutcomeChart, outcomes } from './chart.js';
import { byId, count, el, say, timeOfDay } from './dom.js';

const outcomeNames = ['accepted', 'temporarily refused', 'permanently refused'];
const verdicts = { fail: 'fail', warn: 'warn', pass: 'pass', not_seen: 'not seen' };
const place = byId('report-senders');
let shown = new AbortController();
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

export function wireReport(tell) {
  const change = async (method, body) => {
    try {
      await write(method, 'ledger', body);
      await showReport();
    } catch (error) {
      tell(`The ledger was not changed: ${error.message}`);
    }
  };
  byId('ledger-start').addEventListener('click', () => change('PUT', { on: true }));
  byId('ledger-stop').addEventListener('click', () => change('PUT', { on: false }));
  byId('ledger-clear').addEventListener('click', () => change('DELETE'));
  byId('report-refresh').addEventListener('click', () => showReport().catch(error => tell(error.message)));
}

/** Asks for the report and shows it, or what to do when nothing is kept. What is unfolded is folded again, so it is done when somebody asks for it. */
export async function showReport() {
  const ledger = await read('ledger');
  for (const id of ['ledger-stop', 'ledger-clear', 'report-refresh', 'report-download']) byId(id).hidden = !ledger.on;
  byId('ledger-start').hidden = ledger.on;
  const card = ledger.on ? await read('report') : null;
  say(byId('report-note'), card ? `generated at ${timeOfDay(card.at)}, covers mail since ${timeOfDay(card.since)}` : '');
  say(byId('report-told'), card ? remarks(card) : 'The ledger is off. Start recording, send mail, and come back: each sender gets a grade, with the rules it broke and how.');
  shown.abort();
  shown = new AbortController();
  place.replaceChildren(...(card?.senders ?? []).map(sender => showSender(sender)));
}

const remarks = card => [
  card.senders.length === 0 && 'Nothing has come in yet.',
  card.time_scale !== 1 && `Durations are in the provider's time, which runs ${whole.format(card.time_scale)} times as fast.`,
  card.senders.some(({ rules }) => rules.some(({ examples }) => examples.some(({ reply }) => reply?.includes('{')))) && 'Words in braces in a reply, such as {id}, stand for parts that varied from reply to reply.',
  card.forgotten > 0 && `The ledger was full: the ${count(card.forgotten)} oldest facts were forgotten and are missing from this report.`,
  card.left_out > 0 && `${count(card.left_out)} more senders with better grades are not shown.`,
].filter(Boolean).join(' ');

const showSender = ({ client, user, grade, accepted, tempfail, permfail, connections, rules, seconds }) => el('section', { class: 'card' },
  el('div', { class: 'bar' },
    el('h2', {}, el('span', { class: 'grade', 'data-grade': grade }, `Grade ${grade}`), ' ', client, user && `, user ${user}`),
    el('span', { class: 'muted' }, `${count(accepted)} accepted, ${count(tempfail)} temporarily refused, ${count(permfail)} permanently refused, ${count(connections)} connections`)),
  ...showChart(user ? `${client}, user ${user}` : client, seconds),
  ...rules.map(showRule));

function showChart(sender, { since, step, ...counts }) {
  const values = outcomes.map(name => counts[name]);
  const most = values[0].reduce((high, _, index) => Math.max(high, values.reduce((sum, each) => sum + each[index], 0)), 0);
  if (most === 0) return [];
  const from = Date.parse(since) / 1000;
  const time = index => timeOfDay((from + index * step) * 1000);
  const each = step === 1 ? 'second' : `${count(step)} s`;
  const figures = outcomes.map(() => el('b'));
  const when = el('li', { class: 'muted' });
  const legend = el('ul', { class: 'legend' }, ...outcomes.map((name, outcome) => el('li', { class: name }, el('span', { class: 'name' }, outcomeNames[outcome]), ' ', figures[outcome])), when);
  const chart = el('div', { class: 'chart', 'aria-label': `Chart of recipients of ${sender}, each ${each}. Left and right arrow keys move through the time.` });
  const tell = index => {
    figures.forEach((figure, outcome) => say(figure, index === null ? '' : count(values[outcome][index])));
    say(when, index === null ? `${time(0)} to ${time(values[0].length)}, at most ${count(most)} recipients each ${each}` : `in the ${each} from ${time(index)}`);
    return `${when.textContent}: ${outcomeNames.map((name, outcome) => `${figures[outcome].textContent} ${name}`).join(', ')}`;
  };
  const drawn = new OutcomeChart(chart, tell, { stepped: true, signal: shown.signal });
  tell(null);
  // A hundred senders have a hundred charts, of which few are looked at.
  new IntersectionObserver((seen, observer) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    drawn.draw(from, step, values);
  }, { rootMargin: '200px' }).observe(chart);
  return [el('figure', {}, legend, chart)];
}

function measured(number, unit) {
  if (number == null) return '';
  if (unit === 'ratio') return `×${whole.format(number)}`;
  return `${whole.format(number)} ${number === 1 && unit.length > 1 ? unit.replace(/s$/, '') : unit}`;
}

const showRule = ({ rule, title, verdict, number, unit, finding, examples, why, sources, table }) => el('details', { class: 'rule', open: verdict === 'fail' },
  el('summary', {},
    el('span', { class: `verdict ${verdict}` }, verdicts[verdict] ?? verdict), ' ', el('b', {}, title), ' ',
    el('span', { class: 'muted' }, measured(number, unit)), ' ',
    el('span', {}, finding)),
  ...examples.map(example => el('div', { class: 'example' }, el('p', {}, `${timeOfDay(example.at)} ${example.text}`), ...example.reply ? [el('pre', {}, example.reply)] : [])),
  ...table ? [el('table', { class: 'found' }, el('caption', {}, title), el('tbody', {}, ...table.map(cells => el('tr', {}, ...cells.map(text => el('td', {}, text))))))] : [],
  el('p', {}, why), el('p', { class: 'muted' }, `${rule}. Source: ${sources.join('; ')}`));
