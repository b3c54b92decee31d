// Makes calls with grpc-js by a service config, one after the other, and prints how each
// ended. Usage: node calls.cjs FOLDER ADDRESS CONFIG CALLS
'use strict';
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [folder, address, config, calls] = process.argv.slice(2);
const protos = ['sip_connection', 'sip_app', 'profile', 'pbx_config'].map((name) => `sipfacade/v1/${name}_service.proto`);
const { sipfacade } = grpc.loadPackageDefinition(loader.loadSync(protos, { includeDirs: [folder] }));

function make({ service, method, request, timeoutMs, gzip }) {
  const options = { 'grpc.service_config': config };
  if (gzip) {
    options['grpc.default_compression_algorithm'] = grpc.compressionAlgorithms.gzip;
  }
  const client = new sipfacade.v1[service](address, grpc.credentials.createInsecure(), options);
  const begun = performance.now();
  return new Promise((done) => client[method](request, { deadline: Date.now() + timeoutMs }, (error) => {
    client.close();
    done({
      code: error ? error.code : 0,
      pushback: error ? error.metadata.get('grpc-retry-pushback-ms').join() : '',
      ms: Math.round(performance.now() - begun),
    });
  }));
}

(async () => {
  const ended = [];
  for (const call of JSON.parse(calls)) {
    ended.push(await make(call));
  }
  console.log(JSON.stringify(ended));
})();
