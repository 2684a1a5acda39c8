// Old syntax on purpose: a Node that is far too old must show the sentence below, not a SyntaxError.
var MINIMUM = [20, 19];

/** Ends the process with a clear message on a Node that cannot even bootstrap Holdfast (below 20.19). */
export function refuseOldNode() {
  var parts = process.versions.node.split('.').map(Number);
  if (parts[0] > MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] >= MINIMUM[1])) return;
  console.error(
    'Node ' +
      process.versions.node +
      ' is too old for Holdfast: install Node ' +
      MINIMUM.join('.') +
      ' or newer.',
  );
  process.exit(1);
}
