// The tutorial as HTML: docs/tutorial.md is the one text, and headings get the names that links of documents give them.
import {Marked} from 'marked';

export function tutorialAsHtml(markdown) {
  const marked = new Marked({
    renderer: {
      heading({tokens, depth, text}) {
        const id = text.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '').replaceAll(' ', '-');
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      // Files of the repository are not beside the page.
      link({tokens}) { return this.parser.parseInline(tokens); },
    },
  });
  return marked.parse(markdown);
}
