import { read } from './api.js';
import { byId, el, span } from './dom.js';

/** The form that asks what an address would be answered; the answer in lines for people, and behind them every fact by its name. */
export function wireExplain() {
  const form = byId('explain');
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const query = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
    const place = byId('explanation');
    try {
      const { text, ...facts } = await read(`explain?${query}`);
      const overrides = (facts.overrides ?? []).map(each => el('li', {}, `${each.name}: ${span(each.left_seconds)} left`));
      place.replaceChildren(
        ...overrides.length === 0 ? [] : [el('p', {}, 'Overrides that take precedence over the policy:'), el('ul', { class: 'overrides' }, ...overrides)],
        el('pre', {}, text ?? ''), el('details', {}, el('summary', {}, 'All details'), describe(facts)));
    } catch (error) {
      place.replaceChildren(el('p', { class: 'error' }, error.message));
    }
  });
}

const title = name => name.replaceAll('_', ' ');
const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);
const isEmpty = value => value === null || value === '' || Array.isArray(value) && value.length === 0;

function describe(value) {
  if (Array.isArray(value)) {
    return value.every(item => !isObject(item)) ? el('div', {}, value.join('\n')) : el('div', {}, ...value.map(describe));
  }
  if (isObject(value)) {
    return el('dl', { class: 'facts' }, ...Object.entries(value).filter(([, inner]) => !isEmpty(inner)).flatMap(([name, inner]) =>
      [el('dt', {}, title(name)), el('dd', {}, describe(inner))]));
  }
  return document.createTextNode(value === true ? 'yes' : value === false ? 'no' : String(value));
}
