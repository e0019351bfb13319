// Worker: runs the program away from the page, so that reading a range may wait for it.  One job at a time; whoever wants no answer any more
// ends the worker.
import createMacroscope from 'macroscope-module';
import {startEngine, textSource} from './engine.mjs';
import {UnreadableSource, bytesSource, fileSource, urlSource} from './sources.mjs';

let engine;
/** Sources of URLs are kept: a report in another format fetches nothing again. */
const opened = new Map();
/** A page needs no more news than it can draw. */
const newsEveryMilliseconds = 50;

async function sourceOf({file, url, bytes, text}) {
  if (file) return fileSource(file);
  if (bytes) return bytesSource(bytes);
  if (text !== undefined) return textSource(text);
  if (!opened.has(url)) opened.set(url, await urlSource(url));
  return opened.get(url);
}

async function run({id, args, files}) {
  const sources = [];
  for (const each of files) sources.push({name: each.name, source: await sourceOf(each)});
  let last = 0;
  const result = engine.run(args, sources, progress => {
    const now = performance.now();
    if (now - last < newsEveryMilliseconds) return;
    last = now;
    postMessage({id, progress});
  });
  return {...result, sizes: sources.map(({source}) => source.size), memory: engine.memory};
}

/** A browser compiles a function when it is first called: a small model goes through all of them before somebody waits for it. */
const warmUpNet = `net warm_up(N) {
  input x: [N, 3, 32, 32]
  output y = x -> conv(8, 3, pad = 1) -> bn -> relu -> maxpool(2) -> global_avgpool -> flatten -> dense(10) -> softmax
}
`;
function warmUp() {
  if (waiting > 0) return;
  const {written} = engine.run(['export', 'warm-up.net', '--quiet', '-o', 'warm-up.onnx'], [{name: 'warm-up.net', source: textSource(warmUpNet)}]);
  engine.run(['analyze', 'warm-up.onnx', '--quiet', '-o', 'warm-up.html'], [{name: 'warm-up.onnx', source: bytesSource(written.get('warm-up.onnx'))}]);
}

const jobs = {
  start: async ({compiled}) => {
    engine = await startEngine(createMacroscope, compiled);
    setTimeout(warmUp, 0);
  },
  run,
  viewOfNet: ({text, net, view}) => engine.viewOfNet(text, net, view),
  wordsOfLanguage: () => engine.wordsOfLanguage(),
};

let queue = Promise.resolve();
let waiting = 0;
onmessage = ({data}) => {
  ++waiting;
  queue = queue.then(async () => {
    try {
      postMessage({id: data.id, result: await jobs[data.job](data)});
    } catch (error) {
      const isExpected = error instanceof UnreadableSource;
      postMessage({id: data.id, error: {message: isExpected ? error.message : `The program ended: ${error?.message ?? error}`, help: error?.help ?? '', mayBeRedirect: error?.mayBeRedirect ?? false}});
      if (!isExpected) await engine?.restart();
    } finally {
      --waiting;
    }
  });
};
