// Exercises: each asks for a figure of a net.  The program judges the answer, as an `expect` line of that net; no answer stands here.

export const exercises = [
  {after: 'one-convolution', question: 'How many parameters has conv(32, 5) on 16 channels, its biases counted?', left: 'params',
    net: 'net exercise {\n  input x: [1, 16, 20, 20]\n  output y = x -> conv(32, 5)\n'},
  {after: 'one-convolution', question: 'How many multiply-accumulates does it take on 20 \u00d7 20 places without padding?', left: 'macs',
    net: 'net exercise {\n  input x: [1, 16, 20, 20]\n  output y = x -> conv(32, 5)\n'},
  {after: 'receptive-fields', question: 'Two convolutions of kernel 3, the first with stride 2: how wide is the receptive field?', left: 'receptive_field(y)',
    net: 'net exercise {\n  input x: [1, 1, 64]\n  output y = x -> conv(1, 3, stride = 2) -> conv(1, 3)\n'},
  {after: 'receptive-fields', question: 'Four convolutions of kernel 3 with dilations 1, 2, 4 and 8: how wide is it now?', left: 'receptive_field(y)',
    net: 'net exercise {\n  input x: [1, 1, 64]\n  output y = x -> conv(1, 3) -> conv(1, 3, dilation = 2) -> conv(1, 3, dilation = 4) -> conv(1, 3, dilation = 8)\n'},
  {after: 'letters-instead-of-numbers', question: 'A dense layer from n to m values: write its parameters in n and m, biases counted.', left: 'params', letters: ['n', 'm'],
    net: 'net exercise(n, m) {\n  input x: [1, n]\n  output y = x -> dense(m)\n'},
  {after: 'why-googlenet-is-built-of-bottlenecks', question: 'A 1\u00d71 convolution from 192 channels to 16 on 28 \u00d7 28 places, then a 5\u00d75 to 32 with padding 2: how many multiply-accumulates together?', left: 'macs',
    net: 'net exercise {\n  input x: [1, 192, 28, 28]\n  output y = x -> conv(16, 1) -> conv(32, 5, pad = 2)\n'},
];

/** @returns the text that is asked of the program, or null where the answer is no number and no expression in the letters of the exercise */
export function netWithAnswer({net, left, letters = []}, answer) {
  const isExpression = /^[0-9A-Za-z_+\-*/^(). ,]{1,200}$/.test(answer) && (answer.match(/[A-Za-z_]+/g) ?? []).every(word => letters.includes(word));
  return isExpression ? `${net}  expect ${left} == ${answer.replaceAll(',', '')}\n}\n` : null;
}

export function judged({diagnostics, expectations}) {
  const [expectation] = expectations;
  if (expectation === undefined || expectation.outcome === 'undecided') {
    const problem = diagnostics.find(each => each.severity === 'error');
    return {isRight: false, text: `That is no answer that can be compared${problem ? `: ${problem.message}` : ''}.`};
  }
  return expectation.outcome === 'holds' ? {isRight: true, text: `Right: ${expectation.left}.`} : {isRight: false, text: 'Not that. Write the formula with its numbers: it may be the answer as it stands.'};
}
