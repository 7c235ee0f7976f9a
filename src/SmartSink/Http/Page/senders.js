import { read } from './api.js';
import { Rows, byId, cell, count, say, span, timeOfDay } from './dom.js';

const columns = ['open', 'connections', 'messages', 'recipients', 'refused', 'retries', 'retry gap, median', '90 %', 'longest', 'last seen'];
const rows = new Rows(byId('senders-table').tBodies[0], create, update);

/** Asks for the senders and shows them. */
export async function showSenders() {
  const { senders, left_out: leftOut } = await read('senders?count=200');
  rows.show(senders.map(sender => ({ ...sender, key: sender.client })));
  byId('senders-scroll').hidden = senders.length === 0;
  byId('senders-empty').hidden = senders.length > 0;
  say(byId('senders-note'), leftOut > 0 ? `the busiest ${count(senders.length)}; ${count(leftOut)} more` : '');
}

function create({ client }) {
  const cells = columns.map(name => cell('number', name));
  const node = document.createElement('tr');
  node.setAttribute('role', 'row');
  node.append(cell('name', undefined, client), ...cells);
  return { node, cells };
}

function update({ cells }, sender) {
  const gap = sender.retry_gap_seconds;
  [
    count(sender.connections_open), count(sender.connections), count(sender.messages), count(sender.recipients), count(sender.refused), count(sender.retries),
    span(gap?.p50), span(gap?.p90), span(gap?.max), timeOfDay(sender.last_seen),
  ].forEach((text, index) => say(cells[index], text));
}
