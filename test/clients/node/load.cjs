// Loads every proto of a folder with protobufjs and with @grpc/proto-loader, and prints how
// many services each has found. Usage: node load.cjs FOLDER PROTO...
'use strict';
const fs = require('fs');
const path = require('path');
const protobuf = require('protobufjs');
const loader = require('@grpc/proto-loader');

const [folder, ...names] = process.argv.slice(2);

// protobufjs brings google/protobuf along, in its own folder.
const library = path.dirname(require.resolve('protobufjs/package.json'));
const root = new protobuf.Root();
root.resolvePath = (_, target) =>
  [folder, library].map((below) => path.join(below, target)).find(fs.existsSync) || target;
root.loadSync(names).resolveAll();

const servicesBelow = (namespace) =>
  namespace.nestedArray.reduce(
    (sum, one) => sum + (one instanceof protobuf.Service ? 1 : one.nestedArray ? servicesBelow(one) : 0), 0);

const loaded = loader.loadSync(names, { includeDirs: [folder] });
const definitions = Object.entries(loaded).filter(([, one]) => typeof one.format !== 'string');

console.log(JSON.stringify({
  protobufjs: servicesBelow(root),
  loader: definitions.length,
  status: loaded['google.rpc.Status'] !== undefined && root.lookup('google.rpc.Status') !== null,
}));
