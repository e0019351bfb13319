// The page that a file is dropped on: reads it, and shows the report that the program writes, as a page in the page.
import {models} from 'macroscope-examples';
import {Cancelled, Client} from '../engine/client.mjs';
import {download} from '../engine/download.mjs';
import {allowsRedirects, linksInAddress} from '../engine/policy.mjs';
import {amount, duration} from './words.mjs';

/** The formats of a report, by the endings that the program knows them by. */
const formats = new Map([['html', 'HTML'], ['txt', 'text'], ['md', 'Markdown'], ['json', 'JSON'], ['csv', 'CSV'], ['tex', 'LaTeX'], ['dot', 'DOT'], ['svg', 'SVG']]);
const comparisonFormats = ['html', 'txt', 'md', 'json', 'csv', 'tex'];

const isFromFile = location.protocol === 'file:';
const element = id => document.getElementById(id);
const client = new Client();
/** What is shown: one model, or two that are compared. */
let shown = [];
let isSecondWanted = false;

const show = (...ids) => { for (const id of ['start', 'working', 'problem', 'bar', 'frame']) element(id).hidden = !ids.includes(id); };

/** A name that no option of the program looks like. */
const safe = name => (name.startsWith('-') ? `./${name}` : name);

/** Two models may have one name. */
function namesOf(models) {
  const names = models.map(model => safe(model.name));
  return names[0] === names[1] ? [`before/${names[0]}`, `after/${names[1]}`] : names;
}

function job(models, ending) {
  const names = namesOf(models);
  const target = `macroscope-report.${ending}`;
  const command = models.length === 2 ? ['compare'] : ['analyze', '--quiet'];
  return {args: [...command, ...names, '-o', target], target, files: models.map((model, index) => ({...model, name: names[index]}))};
}

async function make(models, ending) {
  const {args, target, files} = job(models, ending);
  const begin = performance.now();
  const result = await client.run(args, files, progress => {
    element('progress').value = progress.size > 0 ? progress.offset / progress.size : 0;
    element('doing').textContent = `Reading ${progress.name}: ${amount(progress.bytes)} of ${amount(progress.size)} read`;
  });
  const bytes = result.written.get(target);
  if (bytes === undefined) throw Object.assign(new Error(result.messages.trim() || 'The program wrote nothing.'), {help: ''});
  return {...result, bytes, took: performance.now() - begin};
}

function frameOf(bytes, title) {
  for (const old of element('frame').querySelectorAll('iframe')) URL.revokeObjectURL(old.src);
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.setAttribute('allow', 'clipboard-write');
  frame.title = title;
  frame.src = URL.createObjectURL(new Blob([bytes], {type: 'text/html;charset=utf-8'}));
  return frame;
}

/** What is dropped on a frame goes to the frame, so that this lies over it until a pointer comes: while a file is dragged none does. */
const shield = document.createElement('div');
shield.className = 'shield';
for (const type of ['pointermove', 'pointerdown', 'wheel']) shield.addEventListener(type, () => { shield.hidden = true; }, {passive: true});
addEventListener('pointermove', event => { if (!element('frame').contains(event.target)) shield.hidden = false; });
// Who fetches a file is in another window, and no event says that the pointer went there.
setInterval(() => { if (!document.hasFocus()) shield.hidden = false; }, 500);

function complain(error, actions = []) {
  element('problem-text').textContent = error.help ? `${error.message}\n${error.help}` : error.message;
  const again = document.createElement('button');
  again.textContent = 'Back';
  again.addEventListener('click', reset);
  element('problem-actions').replaceChildren(...actions, ' ', again);
  show('problem');
}

function reset() {
  showExamples();
  shown = [];
  isSecondWanted = false;
  if (location.search && !isFromFile) history.replaceState(null, '', location.pathname);
  element('frame').replaceChildren();
  document.title = 'macroscope: what does a neural network cost?';
  show('start');
}

async function analyse(models) {
  element('doing').textContent = `Reading ${models.map(model => model.name).join(' and ')}`;
  element('progress').removeAttribute('value');
  show('working');
  try {
    const result = await make(models, 'html');
    shown = models;
    const title = models.map(model => model.name).join(' against ');
    document.title = `${title} - macroscope`;
    element('name').textContent = title;
    const size = result.sizes.reduce((sum, each) => sum + each, 0);
    element('facts').textContent = `${amount(result.bytesRead)} of ${amount(size)} read, in ${duration(result.took)}`;
    const facts = element('facts').dataset;
    facts.bytesRead = result.bytesRead;
    facts.memory = result.memory;
    facts.milliseconds = Math.round(result.took);
    element('compare').hidden = models.length === 2;
    fillFormats();
    element('frame').replaceChildren(frameOf(result.bytes, `The report on ${title}`), shield);
    show('bar', 'frame');
  } catch (error) {
    if (error instanceof Cancelled) return reset();
    complain(error, error.mayBeRedirect && !allowsRedirects() ? [linkThatMayRedirect()] : []);
  }
}

/** The policy names the host of the link alone: a server that sends on to another one is the user's to allow. */
function linkThatMayRedirect() {
  const address = new URL(location.href);
  address.searchParams.set('redirect', 'any');
  const link = document.createElement('a');
  link.href = address.href;
  link.className = 'button';
  link.textContent = 'Let the link lead on to any other server';
  return link;
}

function fillFormats() {
  const offered = shown.length === 2 ? comparisonFormats : [...formats.keys()];
  element('format').replaceChildren(new Option('…', ''), ...offered.map(ending => new Option(formats.get(ending), ending)));
}

async function downloadAs(ending) {
  try {
    const {bytes} = await make(shown, ending);
    download(bytes, `${shown.map(model => model.name.replace(/\.[^.]*$/, '')).join('-')}.${ending}`);
  } catch (error) {
    complain(error);
  }
}

function take(files) {
  if (files.length === 0) return;
  const models = [...files].slice(0, 2).map(file => ({name: file.name, file}));
  analyse(isSecondWanted && shown.length > 0 ? [shown[0], models[0]] : models);
  isSecondWanted = false;
}

const nameIn = link => decodeURIComponent(new URL(link).pathname.split('/').pop() || 'model.onnx');

function showExamples() {
  // Pages of file:// fetch nothing beside them.
  element('models').hidden = isFromFile;
  element('examples').replaceChildren(...models.map(name => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `?url=${encodeURIComponent(new URL(`models/${name}`, document.baseURI).pathname)}`;
    link.textContent = name;
    item.append(link);
    return item;
  }));
}

element('pick').addEventListener('click', () => element('file').click());
element('file').addEventListener('change', event => {
  take(event.target.files);
  event.target.value = '';
});
element('compare').addEventListener('click', () => {
  isSecondWanted = true;
  element('file').click();
});
element('again').addEventListener('click', reset);
element('cancel').addEventListener('click', () => client.cancel());
element('format').addEventListener('change', event => {
  if (event.target.value) downloadAs(event.target.value);
  event.target.value = '';
});
addEventListener('paste', event => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.clipboardData.files.length > 0) return take(event.clipboardData.files);
  const text = event.clipboardData.getData('text/plain').trim();
  if (/^https?:\/\/\S+$/.test(text)) location.assign(`?url=${encodeURIComponent(text)}`);
});
// The address is what the policy is made of, so that a link is read by a page of its own.
element('link-form').addEventListener('submit', event => {
  event.preventDefault();
  location.assign(`?url=${encodeURIComponent(element('link').value)}`);
});
// A second file that is dropped on a report is compared with the first.
const markDrag = isOver => { for (const place of ['drop', 'bar', 'frame']) element(place).classList.toggle('over', isOver); };
for (const type of ['dragenter', 'dragover'])
  addEventListener(type, event => {
    event.preventDefault();
    markDrag(true);
  });
addEventListener('dragleave', event => { if (event.relatedTarget === null) markDrag(false); });
addEventListener('drop', event => {
  event.preventDefault();
  markDrag(false);
  isSecondWanted = shown.length === 1;
  take(event.dataTransfer.files);
});

const links = linksInAddress();
if (links.length > 0) analyse(links.slice(0, 2).map(url => ({name: nameIn(url), url})));
else showExamples();
