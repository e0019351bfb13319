// The language in the editor: which words have which colour, and what can be completed where?  Names of layers and of their parameters come from the
// program's own tables.
import {HighlightStyle, LanguageSupport, StreamLanguage, indentUnit, syntaxHighlighting} from '@codemirror/language';
import {tags} from '@lezer/highlight';

const number = /^[0-9][0-9_]*(\.[0-9]+)?(e[+-]?[0-9]+)?%?/;
const name = /^[A-Za-z_][A-Za-z0-9_]*/;

function tokens(words) {
  const keywords = new Set(words.keywords);
  const layers = new Set([...words.layers.map(layer => layer.name), ...words.operators]);
  return {
    name: 'net',
    languageData: {commentTokens: {line: '#'}, closeBrackets: {brackets: ['(', '[', '{', '"']}, indentOnInput: /^\s*\}$/},
    token(stream) {
      if (stream.eatSpace()) return null;
      if (stream.match(/^#.*/)) return 'comment';
      if (stream.match(/^"[^"]*"?/)) return 'string';
      if (stream.match(number)) return 'number';
      const word = stream.match(name);
      if (word) {
        if (keywords.has(word[0])) return ['true', 'false'].includes(word[0]) ? 'bool' : 'keyword';
        return layers.has(word[0]) && stream.match(/^\s*(\(|->|as\b|$)/, false) ? 'typeName' : 'variableName';
      }
      if (stream.match(/^(->|==|!=|<=|>=|\.\.|[-+*/%^=<>])/)) return 'operator';
      stream.next();
      return 'punctuation';
    },
    indent(state, textAfter, context) {
      const before = context.lineAt(context.pos, -1);
      const above = before.from > 0 ? context.state.doc.lineAt(before.from - 1).text : '';
      const base = /^\s*/.exec(above)[0].length;
      return Math.max(0, base + (/\{\s*$/.test(above) ? context.unit : 0) - (/^\s*\}/.test(textAfter) ? context.unit : 0));
    },
  };
}

const colours = HighlightStyle.define([
  {tag: tags.keyword, color: 'light-dark(#7b2d8e, #d8a6e8)', fontWeight: '600'},
  {tag: tags.typeName, color: 'var(--accent)'},
  {tag: tags.number, color: 'light-dark(#9a3b00, #f0b27a)'},
  {tag: tags.bool, color: 'light-dark(#9a3b00, #f0b27a)'},
  {tag: tags.string, color: 'var(--good)'},
  {tag: tags.comment, color: 'var(--faint)', fontStyle: 'italic'},
]);

/** The call that a place stands in the arguments of: its name, and the names that were given. */
export function callAround(text) {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; --at) {
    const sign = text[at];
    if (sign === ')' || sign === ']') ++depth;
    if (sign === '{' || sign === '}') return null;
    if (sign !== '(' && sign !== '[') continue;
    if (depth-- > 0) continue;
    const called = sign === '(' ? /([A-Za-z_][A-Za-z0-9_]*)\s*$/.exec(text.slice(0, at)) : null;
    if (called !== null) return {name: called[1], given: [...text.slice(at).matchAll(/([A-Za-z_][A-Za-z0-9_]*)\s*=(?!=)/g)].map(match => match[1])};
    depth = 0;
  }
  return null;
}

function completionOf(words) {
  const layers = new Map(words.layers.map(layer => [layer.name, layer]));
  const layerOptions = words.layers.map(layer => ({label: layer.name, type: 'function', detail: layer.signature.slice(layer.name.length)}));
  const operatorOptions = words.operators.map(label => ({label, type: 'class', detail: 'ONNX', boost: -2}));
  const keywordOptions = words.keywords.map(label => ({label, type: 'keyword', boost: -1}));
  return context => {
    const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_]*/);
    if (word === null && !context.explicit) return null;
    const from = word?.from ?? context.pos;
    const before = context.state.sliceDoc(Math.max(0, from - 2000), from);
    if (/#[^\n]*$/.test(before) || /[0-9]$/.test(before)) return null;
    if (/->\s*$/.test(before)) return {from, options: [...layerOptions, ...operatorOptions], validFor: /^\w*$/};
    const call = callAround(before);
    const layer = call && layers.get(call.name);
    const parameters = (layer?.parameters ?? []).filter(each => !call.given.includes(each.name))
      .map(each => ({label: each.name, type: 'property', apply: `${each.name} = `, detail: each.otherwise ? `= ${each.otherwise}` : '', boost: 2}));
    return {from, options: [...parameters, ...layerOptions, ...keywordOptions, ...operatorOptions], validFor: /^\w*$/};
  };
}

export function netLanguage(words) {
  const language = StreamLanguage.define(tokens(words));
  return [new LanguageSupport(language, [language.data.of({autocomplete: completionOf(words)})]), syntaxHighlighting(colours), indentUnit.of('  ')];
}
