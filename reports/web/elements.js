'use strict';
// Reads the tables and pictures of the page, which are complete without it, and lets them be sorted, filtered, folded and explained.
// Text of the model is only ever set as text: nothing here makes markup of a string.
document.documentElement.classList.add('js');

const NAMESPACE = 'http://www.w3.org/2000/svg';

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const button = (title, onclick, attributes = {}) => make('button', {type: 'button', onclick, ...attributes}, title);

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// What acts when it is pressed, by mouse or keyboard.
function pressable(element, act) {
  element.setAttribute('tabindex', 0);
  element.setAttribute('role', 'button');
  element.addEventListener('click', act);
  element.addEventListener('keydown', event => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    act(event);
  });
}

const notice = make('p', {role: 'status', class: 'caption'});
const say = text => { notice.textContent = text; };
