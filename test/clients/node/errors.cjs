// Calls a sandbox with grpc-js and what proto-loader makes of the protos, and prints what
// the failures tell. Usage: node errors.cjs FOLDER ADDRESS
'use strict';
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const protobuf = require('protobufjs');
const path = require('path');
const fs = require('fs');

const [folder, address] = process.argv.slice(2);
const loaded = loader.loadSync(
  ['sipfacade/v1/sip_connection_service.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto'],
  { includeDirs: [folder], keepCase: false, longs: String, enums: String });
const { SipConnectionService } = grpc.loadPackageDefinition(loaded).sipfacade.v1;

const details = new protobuf.Root();
const library = path.dirname(require.resolve('protobufjs/package.json'));
details.resolvePath = (_, target) =>
  [folder, library].map((below) => path.join(below, target)).find(fs.existsSync) || target;
details.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto']);

// decode reads the google.rpc.Status of an error, each detail under the name of its type.
function decode(error) {
  const Status = details.lookupType('google.rpc.Status');
  const status = Status.decode(error.metadata.get('grpc-status-details-bin')[0]);
  const read = { code: error.code, requestIds: error.metadata.get('x-request-id').length };
  for (const any of status.details) {
    const name = any.type_url.slice(any.type_url.lastIndexOf('/') + 1);
    const type = details.lookupType(name);
    read[type.name] = type.toObject(type.decode(any.value), { longs: Number });
  }
  return read;
}

const client = new SipConnectionService(address, grpc.credentials.createInsecure());
const list = (request) => new Promise((done, fail) =>
  client.listSipConnections(request, (error) => (error ? done(decode(error)) : fail(new Error('the call succeeded')))));

(async () => {
  const answers = { invalid: await list({ pageSize: -1 }), limited: await list({}) };
  client.close();
  console.log(JSON.stringify(answers));
})();
