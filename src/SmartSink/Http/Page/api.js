import { byId, say } from './dom.js';

const root = '/api/v1/';
const tokenKey = 'smartsink-token';

/** What the API refused: `message` is a sentence for people, `status` the HTTP status. */
export class Refused extends Error {
  constructor(status, problem) {
    const mistakes = (problem.errors ?? []).map(error => `${error.pointer ?? error.parameter ?? ''} ${error.detail}`.trim());
    super([problem.detail ?? problem.title ?? `HTTP ${status}`, ...mistakes].join(' · '));
    this.status = status;
  }
}

/** Reads a path below /api/v1. */
export const read = path => ask('GET', path);

/** Has a text of TOML checked; that changes nothing, so it takes no token. */
export const check = text => ask('POST', 'check', { body: text, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });

/**
 * Changes something. Where a token permits it (401), the person is asked for the token, and the change is tried again with it. A 403 says
 * what no token mends.
 */
export async function write(method, path, body) {
  const options = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  for (;;) {
    try {
      return await ask(method, path, options, sessionStorage.getItem(tokenKey));
    } catch (error) {
      if (error.status !== 401) throw error;
      sessionStorage.removeItem(tokenKey);
      const token = await askForToken(error.message);
      if (!token) throw error;
      sessionStorage.setItem(tokenKey, token);
    }
  }
}

/** The address of the stream of events of some kinds, from the one behind an id on; 0 for all that are still known. */
export const eventsUrl = (kinds, after) => `${root}events?follow=true&kind=${kinds.join(',')}&after=${after}`;

async function ask(method, path, options = {}, token = null) {
  const headers = { Accept: 'application/json', ...options.headers, ...token && { Authorization: `Bearer ${token}` } };
  const response = await fetch(root + path, { ...options, method, headers, cache: 'no-store', redirect: 'error' });
  const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
  const answer = isJson ? await response.json() : null;
  if (!response.ok) throw new Refused(response.status, answer ?? { title: `HTTP ${response.status} ${response.statusText}`.trim() });
  return answer;
}

function askForToken(reason) {
  const dialog = byId('token');
  const value = byId('token-value');
  say(byId('token-reason'), reason);
  value.value = '';
  dialog.showModal();
  return new Promise(resolve => {
    const close = token => {
      dialog.onclose = null;
      dialog.close();
      resolve(token);
    };
    dialog.onclose = () => close(null);
    byId('token-cancel').onclick = () => close(null);
    dialog.querySelector('form').onsubmit = event => {
      event.preventDefault();
      close(value.value.trim());
    };
  });
}
