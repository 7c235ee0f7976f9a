import { check, read, write } from './api.js';
import { Rows, byId, cell, count, el, say, timeOfDay } from './dom.js';

const row = (...cells) => ({ node: el('tr', { role: 'row' }, ...cells) });
const found = new Rows(byId('reload-table').tBodies[0], ({ text }) => row(cell('message', undefined, text)), () => {});
const mistakes = new Rows(byId('check-table').tBodies[0], createMistake, () => {});
const text = byId('check-text');

export function wirePolicy(tell) {
  byId('reload').addEventListener('click', async () => {
    try {
      const { results } = await write('POST', 'reload');
      tell(`Reload: ${results.map(({ name, result }) => `${name} ${result}`).join(', ')}`);
      await showPolicy();
    } catch (error) {
      tell(`Nothing was reloaded: ${error.message}`);
    }
  });
  byId('check').addEventListener('submit', async event => {
    event.preventDefault();
    try {
      showMistakes(await check(text.value));
    } catch (error) {
      showMistakes({ diagnostics: [] });
      say(byId('check-note'), error.message);
    }
  });
}

/** Asks for the policy in force and shows what the last reload found. */
export async function showPolicy() {
  const { hash, loaded_at: loadedAt, last_reload: last, total } = await read('policy?count=1');
  const diagnostics = last?.diagnostics ?? [];
  found.show(diagnostics.map((diagnostic, index) => ({ key: `${index} ${diagnostic}`, text: diagnostic })));
  byId('reload-scroll').hidden = diagnostics.length === 0;
  say(byId('reload-note'), `${hash}, ${count(total)} entries, loaded at ${timeOfDay(loadedAt)}`);
  const kept = last?.result === 'rejected' ? ': the previous policy stays in force' : '';
  say(byId('reload-told'), last ? `The last reload, at ${timeOfDay(last.at)}, was ${last.result}${kept}.` : 'The files have not changed since the start.');
}

function showMistakes({ valid, errors, warnings, diagnostics }) {
  mistakes.show(diagnostics.map((diagnostic, index) => ({ ...diagnostic, key: `${index} ${JSON.stringify(diagnostic)}` })));
  byId('check-scroll').hidden = diagnostics.length === 0;
  const plural = (number, word) => `${count(number)} ${word}${number === 1 ? '' : 's'}`;
  say(byId('check-note'), `${valid ? 'Valid' : 'Not valid'}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`);
}

function createMistake({ line, column, severity, message }) {
  const place = el('button', { type: 'button', class: 'place', onclick: () => goTo(line, column) }, `${line}:${column}`);
  return row(cell('', undefined, place), cell(severity === 'error' ? 'error' : '', undefined, severity), cell('message', undefined, message));
}

function goTo(line, column) {
  const before = text.value.split('\n').slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  text.focus();
  text.setSelectionRange(before + column - 1, before + column - 1);
}
