'use strict';
// Reads the tables and pictures of the page, which are complete without it, and lets them be sorted, filtered, folded and explained.
// Text of the model is only ever set as text: nothing here makes markup of a string.
document.documentElement.classList.add('js');

const NAMESPACE = 'http://www.w3.org/2000/svg';

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) on(element, name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const button = (title, onclick, attributes = {}) => make('button', {type: 'button', onclick, ...attributes}, title);

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(NAMESPACE, tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

const set = (element, attributes) => { for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value); };
const on = (element, type, act, options) => element.addEventListener(type, act, options);
// What keys do: by their names.
const onKeys = (element, acts) => on(element, 'keydown', event => {
  const act = acts[event.key];
  const isOther = event.target !== element && /^(BUTTON|INPUT|SELECT)$/.test(event.target.tagName);
  if (!act || isOther || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act(event);
});
// What acts when it is pressed, by mouse or keyboard.
function pressable(element, act) {
  set(element, {tabindex: 0, role: 'button'});
  on(element, 'click', act);
  onKeys(element, {Enter: act, ' ': act});
}

// What opens below its sign, and closes by a click elsewhere or Escape.
function menu(sign, label, ...children) {
  const details = make('details', {class: 'menu'}, make('summary', {'aria-label': label, title: label}, sign), make('div', {}, ...children));
  const close = event => { if (!details.contains(event.target)) details.open = false; };
  on(document, 'pointerdown', close);
  on(details, 'keydown', event => {
    if (event.key !== 'Escape' || !details.open) return;
    event.stopPropagation();
    details.open = false;
    details.firstChild.focus();
  });
  return details;
}

// One of several, all in sight.
function choice(label, options, chosen, change) {
  const group = make('div', {class: 'tabs', role: 'group', 'aria-label': label});
  const mark = value => { for (const each of group.children) each.setAttribute('aria-pressed', String(each.dataset.c === value)); };
  group.append(...options.map(([value, title]) => button(title, () => { mark(value); change(value); }, {'data-c': value})));
  mark(chosen);
  return group;
}

// The ends of a name tell more than its middle.
const shortened = (text, letters) => (text.length <= letters ? text : `${text.slice(0, Math.ceil((letters - 1) / 2))}…${text.slice(text.length - Math.floor((letters - 1) / 2))}`);
const ending = (text, letters) => (text.length > letters ? `…${text.slice(1 - letters)}` : text);

const notice = make('p', {role: 'status', class: 'notice'});
const say = text => {
  notice.textContent = text;
  clearTimeout(say.later);
  say.later = setTimeout(() => { notice.textContent = ''; }, 4000);
};
