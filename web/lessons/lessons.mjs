// The lessons: the tutorial, with boards to play with, nets that open in the playground, and exercises that the program judges.
import {Client} from '../engine/client.mjs';
import {hashOf} from '../playground/link.mjs';
import {Board} from './board.mjs';
import {exercises, judged, netWithAnswer} from './exercises.mjs';

const client = new Client();

/** Where a section ends: before the next heading. */
function endOf(heading) {
  let last = heading;
  while (last.nextElementSibling && last.nextElementSibling.tagName !== 'H2') last = last.nextElementSibling;
  return last;
}
function boardAfter(node) {
  const board = document.createElement('section');
  board.className = 'board';
  node.after(board);
  return board;
}

/** Shows the program's own figures of the newest net. */
function costsShown() {
  let newest = '';
  return async (text, target) => {
    newest = text;
    const found = await client.viewOfNet(text, '', 'worked').catch(() => null);
    if (found === null || newest !== text || found.html === undefined) return;
    const page = new DOMParser().parseFromString(found.html, 'text/html');
    const summary = document.createElement('summary');
    summary.textContent = 'What the program says of it';
    const details = document.createElement('details');
    details.open = target.firstElementChild?.open ?? false;
    details.append(summary, ...page.body.children);
    target.replaceChildren(details);
  };
}

const one = document.getElementById('one-convolution');
if (one) new Board(boardAfter(one), 'Try it', {size: 8, layers: [{kernel: 3, stride: 1, padding: 1, dilation: 1}]}, costsShown());

/** What the text has no section of: fields through several layers. */
const letters = document.getElementById('letters-instead-of-numbers');
if (letters) {
  const heading = document.createElement('h2');
  heading.id = 'receptive-fields';
  heading.textContent = 'What one place sees';
  const words = document.createElement('p');
  words.textContent = 'Layers upon layers see further. Each adds D(K\u22121) places, as far apart as all strides before it have set them: a stride early in a network widens every field after it, and a dilation widens without one.';
  letters.before(heading, words);
  new Board(boardAfter(words), 'Three layers', {size: 16, layers: [
    {kernel: 3, stride: 1, padding: 0, dilation: 1}, {kernel: 3, stride: 2, padding: 0, dilation: 1}, {kernel: 3, stride: 1, padding: 0, dilation: 1},
  ]}, costsShown());
}

for (const code of document.querySelectorAll('pre > code')) {
  const text = code.textContent;
  code.parentElement.tabIndex = 0;
  if (!/^(net|block) /.test(text)) continue;
  const link = document.createElement('a');
  link.textContent = 'Open in the playground';
  hashOf(text).then(hash => { link.href = `playground.html${hash}`; });
  const line = document.createElement('p');
  line.className = 'try';
  line.append(link);
  code.parentElement.after(line);
}

exercises.forEach((exercise, number) => {
  const heading = document.getElementById(exercise.after);
  if (heading === null) return;
  const board = document.createElement('section');
  board.className = 'board exercise';
  const form = document.createElement('form');
  const label = document.createElement('label');
  label.htmlFor = `answer-${number}`;
  label.textContent = `Exercise: ${exercise.question}`;
  const input = Object.assign(document.createElement('input'), {type: 'text', id: label.htmlFor, autocomplete: 'off', inputMode: 'text', required: true});
  const check = Object.assign(document.createElement('button'), {textContent: 'Check my answer'});
  const answer = Object.assign(document.createElement('p'), {className: 'answer'});
  answer.setAttribute('role', 'status');
  form.append(input, check);
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const text = netWithAnswer(exercise, input.value.trim());
    const verdict = text === null ? {isRight: false, text: 'Write a number, or an expression: (1 + 3*3*3)*16.'} : judged(await client.viewOfNet(text, '', ''));
    answer.className = `answer ${verdict.isRight ? 'right' : 'wrong'}`;
    answer.textContent = verdict.text;
  });
  board.append(label, form, answer);
  endOf(heading).after(board);
});
