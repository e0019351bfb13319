// The editor: CodeMirror, with the program's diagnostics under their spans and its verdicts beside the lines of `expect`.
import {autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap} from '@codemirror/autocomplete';
import {defaultKeymap, history, historyKeymap} from '@codemirror/commands';
import {bracketMatching, indentOnInput} from '@codemirror/language';
import {lintGutter, lintKeymap, setDiagnostics} from '@codemirror/lint';
import {highlightSelectionMatches, searchKeymap} from '@codemirror/search';
import {Compartment, EditorState, RangeSetBuilder, StateEffect, StateField} from '@codemirror/state';
import {Decoration, EditorView, WidgetType, drawSelection, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers} from '@codemirror/view';
import {netLanguage} from './language.mjs';
import {placeIn} from './places.mjs';

class Verdict extends WidgetType {
  constructor(text, outcome) {
    super();
    this.text = text;
    this.outcome = outcome;
  }
  eq(other) { return this.text === other.text && this.outcome === other.outcome; }
  toDOM() {
    const verdict = document.createElement('span');
    verdict.className = `verdict verdict-${this.outcome}`;
    verdict.textContent = this.text;
    return verdict;
  }
}

const setVerdicts = StateEffect.define();
const verdicts = StateField.define({
  create: () => Decoration.none,
  update(decorations, transaction) {
    for (const effect of transaction.effects) if (effect.is(setVerdicts)) return effect.value;
    return decorations.map(transaction.changes);
  },
  provide: field => EditorView.decorations.from(field),
});

/** How an outcome reads beside its line. */
export function wordsOf({outcome, left, right, why}) {
  if (outcome === 'holds') return left ? `holds: ${left}` : 'holds';
  if (outcome === 'fails') return `is ${left}, and not ${right}${why ? `: ${why}` : ''}`;
  return why || 'undecided';
}
export const signs = {holds: '\u2713', fails: '\u2717', undecided: '?'};

function decorationsOf(document, expectations) {
  const builder = new RangeSetBuilder();
  const byLine = new Map(expectations.filter(each => each.at !== null && each.at.line <= document.lines).map(each => [each.at.line, each]));
  for (const [number, expectation] of [...byLine].sort(([a], [b]) => a - b)) {
    const line = document.line(number);
    builder.add(line.from, line.from, Decoration.line({class: `expect-${expectation.outcome}`}));
    builder.add(line.to, line.to, Decoration.widget({widget: new Verdict(`  ${signs[expectation.outcome]} ${wordsOf(expectation)}`, expectation.outcome), side: 1}));
  }
  return builder.finish();
}

function diagnosticsOf(document, diagnostics) {
  return diagnostics.flatMap(({severity, code, message, help, at, notes}) => {
    const place = placeIn(document, at);
    if (place === null) return [];
    const more = [help && `help: ${help}`, ...notes.map(note => `note: ${note.message}`)].filter(Boolean);
    return [{...place, severity: severity === 'note' ? 'info' : severity, source: code, message: [message, ...more].join('\n')}];
  });
}

const look = EditorView.theme({
  '&': {height: '100%', color: 'var(--ink)', backgroundColor: 'var(--paper)'},
  '&.cm-focused': {outline: '2px solid var(--accent)', outlineOffset: '-2px'},
  '.cm-scroller': {fontFamily: 'ui-monospace, "DejaVu Sans Mono", Consolas, monospace', fontSize: '14px', lineHeight: '1.55'},
  '.cm-content': {caretColor: 'var(--ink)'},
  '.cm-cursor': {borderLeftColor: 'var(--ink)'},
  '.cm-gutters': {backgroundColor: 'var(--raised)', color: 'var(--faint)', border: 'none'},
  '.cm-activeLine, .cm-activeLineGutter': {backgroundColor: 'color-mix(in srgb, var(--bar) 25%, transparent)'},
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {background: 'var(--bar) !important'},
  '.cm-tooltip': {backgroundColor: 'var(--raised)', color: 'var(--ink)', border: '1px solid var(--line)', maxWidth: '44rem'},
  '.cm-tooltip-autocomplete ul li[aria-selected]': {backgroundColor: 'var(--accent)', color: 'var(--paper)'},
  '.cm-completionDetail': {color: 'inherit', opacity: '.8'},
  '.cm-diagnostic': {whiteSpace: 'pre-wrap'},
  '.cm-panels': {backgroundColor: 'var(--raised)', color: 'var(--ink)'},
  '.expect-holds': {backgroundColor: 'color-mix(in srgb, var(--good) 12%, transparent)'},
  '.expect-fails': {backgroundColor: 'color-mix(in srgb, var(--bad) 14%, transparent)'},
  '.verdict': {fontStyle: 'italic', userSelect: 'none', opacity: '.95'},
  '.verdict-holds': {color: 'var(--good)'},
  '.verdict-fails': {color: 'var(--bad)'},
  '.verdict-undecided': {color: 'var(--faint)'},
  '@media print': {'.cm-content': {whiteSpace: 'break-spaces', flexShrink: '1'}},
});

export class Editor {
  #language = new Compartment();
  #view;

  /** In a shadow of `host`: styles that are made in scripts are allowed there by the strictest policy. */
  constructor(host, text, onChange, keys = []) {
    const root = host.attachShadow({mode: 'open'});
    this.#view = new EditorView({
      root, parent: root,
      state: EditorState.create({doc: text, extensions: [
        lineNumbers(), lintGutter(), history(), drawSelection(), highlightSpecialChars(), highlightActiveLine(), highlightSelectionMatches(), bracketMatching(), closeBrackets(), indentOnInput(),
        autocompletion({icons: false}), verdicts, this.#language.of([]), look, EditorView.contentAttributes.of({'aria-label': 'The text of the net', spellcheck: 'false'}),
        keymap.of([...keys, ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.updateListener.of(update => { if (update.docChanged) onChange(); }),
      ]}),
    });
  }

  get text() { return this.#view.state.doc.toString(); }
  set text(text) {
    this.#view.dispatch({changes: {from: 0, to: this.#view.state.doc.length, insert: text}, selection: {anchor: Math.min(this.#view.state.selection.main.anchor, text.length)}});
  }

  speak(words) { this.#view.dispatch({effects: this.#language.reconfigure(netLanguage(words))}); }

  /** What the program says of exactly this text. */
  mark({diagnostics, expectations}) {
    const {doc} = this.#view.state;
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnosticsOf(doc, diagnostics)));
    this.#view.dispatch({effects: setVerdicts.of(decorationsOf(doc, expectations))});
  }

  focus() { this.#view.focus(); }
}
