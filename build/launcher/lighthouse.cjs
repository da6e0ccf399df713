#!/usr/bin/env node
// What a shell starts in an installed package. Every Node there is can read this file (it has no
// syntax newer than ES5), so that one that is too old says so in a sentence.
'use strict';
var wanted = /(\d+)\.?(\d*)/.exec(require('../../package.json').engines.node);
var here = process.versions.node.split('.').map(Number);
var least = [Number(wanted[1]), Number(wanted[2] || 0)];
if (here[0] < least[0] || (here[0] === least[0] && here[1] < least[1])) {
  process.stderr.write(
    'error: this needs Node ' +
      wanted[0] +
      ' or newer, but runs on ' +
      process.version +
      ' (' +
      process.execPath +
      '); install a newer one from https://nodejs.org\n',
  );
  process.exit(2);
}
require('./start.cjs');
