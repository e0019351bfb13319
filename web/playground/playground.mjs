// The playground: a net is typed, and what it costs stands beside it.
import {groups} from 'macroscope-examples';
import {Client} from '../engine/client.mjs';
import {download} from '../engine/download.mjs';
import {Editor, signs, wordsOf} from './editor.mjs';
import {hashOf, textIn} from './link.mjs';

const views = [['table', 'Table'], ['worked', 'Worked out'], ['graph', 'Graph'], ['fields', 'Receptive fields']];
const first = `net mine(S = 32) {
  input image: [1, 3, S, S]
  x = image -> conv(16, 3, pad = 1) -> relu -> maxpool(2)
  output y = x -> conv(32, 3, pad = 1) -> relu
  expect channels(y) == 32
}
`;

const element = id => document.getElementById(id);
const client = new Client();
let view = 'table';
let net = '';

const editor = new Editor(element('editor'), first, refresh, [{key: 'Shift-Alt-f', run: () => (format(), true)}]);

/** The newest text wins: while one is worked on, at most one waits. */
let isBusy = false;
let isStale = false;
async function refresh() {
  isStale = true;
  if (isBusy) return;
  isBusy = true;
  while (isStale) {
    isStale = false;
    const text = editor.text;
    const begin = performance.now();
    try {
      const found = await client.viewOfNet(text, net, view);
      if (text === editor.text) display(found, performance.now() - begin);
    } catch (error) {
      element('view').textContent = error.message;
    }
  }
  isBusy = false;
  keepInAddress();
}

function display(found, took) {
  editor.mark(found);
  const nets = element('net');
  if ([...nets.options].map(option => option.value).join('\n') !== found.nets.join('\n')) nets.replaceChildren(...found.nets.map(name => new Option(name)));
  element('net-label').hidden = found.nets.length < 2;
  nets.value = found.shown ?? '';
  const isWhole = found.html !== undefined;
  // The program escapes whatever is not its own.
  if (isWhole) element('view').innerHTML = found.html || '<p>Nothing to show here.</p>';
  element('view').classList.toggle('old', !isWhole);
  element('took').textContent = `${Math.max(1, Math.round(took))} ms`;
  element('took').dataset.milliseconds = took.toFixed(1);
  listChecks(found);
}

function listChecks({diagnostics, expectations}) {
  const entry = (kind, sign, text, at) => {
    const item = document.createElement('li');
    item.className = kind;
    item.dataset.sign = sign;
    item.textContent = at ? `${text} (line ${at.line})` : text;
    return item;
  };
  const list = document.createElement('ul');
  list.append(
    ...diagnostics.map(each => entry(each.severity, each.severity === 'error' ? '\u2717' : '!', `${each.message}${each.help ? `; ${each.help}` : ''}`, each.at)),
    ...expectations.map(each => entry(each.outcome, signs[each.outcome], `${each.text}: ${wordsOf(each)}`, each.at)));
  element('checks').replaceChildren(...(list.children.length > 0 ? [list] : []));
}

let timer = 0;
function keepInAddress() {
  clearTimeout(timer);
  timer = setTimeout(async () => history.replaceState(null, '', await hashOf(editor.text)), 400);
}

const fileName = 'playground.net';
const files = () => [{name: fileName, text: editor.text}];

async function format() {
  const text = editor.text;
  const {code, output} = await client.run(['fmt', fileName], [{name: fileName, text}]);
  if (code === 0 && text === editor.text) editor.text = new TextDecoder().decode(output);
}

async function exportNet() {
  const name = element('net').value || 'net';
  const {messages, written} = await client.run(['export', `${fileName}:${name}`, '-o', 'net.onnx', '--quiet'], files());
  const bytes = written.get('net.onnx');
  if (bytes) download(bytes, `${name}.onnx`);
  else listChecks({diagnostics: [{severity: 'error', message: messages.trim(), help: '', at: null}], expectations: []});
}

async function showReport() {
  const {written} = await client.run(['analyze', fileName, '--quiet', '-o', 'report.html'], files());
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.title = 'The whole report';
  frame.src = URL.createObjectURL(new Blob([written.get('report.html')], {type: 'text/html;charset=utf-8'}));
  element('whole-frame').replaceChildren(frame);
  element('whole').showModal();
}

async function copyLink() {
  const link = new URL(await hashOf(editor.text), location.href).href;
  history.replaceState(null, '', link);
  let isCopied = true;
  await navigator.clipboard.writeText(link).catch(() => { isCopied = false; });
  element('share').textContent = isCopied ? 'Copied' : 'It is in the address bar';
  setTimeout(() => { element('share').textContent = 'Copy link'; }, 2000);
}

async function openLink() {
  try {
    const text = await textIn(location.hash);
    if (text !== null && text !== editor.text) editor.text = text;
  } catch {
    listChecks({diagnostics: [{severity: 'error', message: 'This link holds no net: a part of it is missing.', help: '', at: null}], expectations: []});
  }
}

function choose(chosen) {
  view = chosen;
  for (const tab of element('tabs').children) tab.setAttribute('aria-pressed', String(tab.dataset.view === view));
}

element('tabs').append(...views.map(([name, title]) => {
  const tab = document.createElement('button');
  tab.type = 'button';
  tab.dataset.view = name;
  tab.textContent = title;
  tab.addEventListener('click', () => {
    choose(name);
    refresh();
  });
  return tab;
}));
choose('table');

element('example').append(new Option('choose one', ''), ...groups.map(({title, nets}) => {
  const group = document.createElement('optgroup');
  group.label = title;
  group.append(...nets.map(({name}) => new Option(name.replace(/\.net$/, '').replaceAll('_', ' '), name)));
  return group;
}));
element('example').addEventListener('change', event => {
  const chosen = groups.flatMap(group => group.nets).find(each => each.name === event.target.value);
  if (chosen) editor.text = chosen.text;
});
element('net').addEventListener('change', event => {
  net = event.target.value;
  refresh();
});
element('format').addEventListener('click', format);
element('export').addEventListener('click', exportNet);
element('share').addEventListener('click', copyLink);
element('report').addEventListener('click', showReport);
addEventListener('hashchange', openLink);

client.wordsOfLanguage().then(words => editor.speak(words), () => {});
openLink().then(refresh);
