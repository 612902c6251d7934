// node client.js <host:port> <scenario> <id>: plays a scenario, and prints as JSON what the client saw.
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';

const [address, scenario, id] = process.argv.slice(2);
const load = file => grpc.loadPackageDefinition(loadSync(
  fileURLToPath(new URL(file, import.meta.url)), { keepCase: true, longs: Number, enums: String, oneofs: true }));
const credentials = grpc.credentials.createInsecure();
const channelOptions = scenario === 'gzip' ? { 'grpc.default_compression_algorithm': 2 } : {};
const titans = new (load('titans.proto').titans.Titans)(address, credentials, channelOptions);
const health = new (load('health.proto').grpc.health.v1.Health)(address, credentials);

const metadata = (entries = {}) => {
  const result = new grpc.Metadata();
  result.set('id', id);
  Object.entries(entries).forEach(([key, value]) => result.set(key, value));
  return result;
};
const plain = values => values && Object.fromEntries(Object.entries(values.getMap())
  .map(([key, value]) => [key, Buffer.isBuffer(value) ? [...value] : value]));
const failure = error => ({ code: error.code, details: error.details, trailers: plain(error.metadata) });

// One response: {response} or {error}, with headers and status.
const one = (client, method, request, { entries, ...options } = {}, use = () => {}) => new Promise(resolve => {
  const seen = {};
  const done = (error, response) => { Object.assign(seen, error ? { error: failure(error) } : { response }); };
  const call = request === undefined
    ? client[method](metadata(entries), options, done)
    : client[method](request, metadata(entries), options, done);
  call.on('metadata', value => { seen.headers = plain(value); });
  call.on('status', status => { seen.status = { code: status.code, trailers: plain(status.metadata) }; setImmediate(() => resolve(seen)); });
  use(call);
});

// Many responses: {responses}, and {error} if it ended with one.
const many = (call, onData = () => {}) => new Promise(resolve => {
  const seen = { responses: [] };
  call.on('data', message => { seen.responses.push(message); onData(message, call); });
  call.on('error', error => { seen.error = failure(error); });
  call.on('status', () => setImmediate(() => resolve(seen)));
});

const scenarios = {
  unary: () => one(titans, 'Describe', {
    name: 'Göjira', aliases: ['G', 'King'], depths: [-1, 0, 300], fights: { kong: 2, ghidorah: 3 }, realm: 'HOLLOW_EARTH',
    genome: Buffer.from([0, 255]), seen_at: { seconds: 1700000000, nanos: 5 }, parent: { name: 'Old', myth: 'sea' }, age: 0,
    height: 119.75, alive: true, mass: 99634, tag: 4294967295, speed: 1.5,
  }),
  serverStream: () => many(titans.Count({ value: 100 }, metadata())),
  clientStream: () => one(titans, 'Sum', undefined, {}, call => {
    for (let value = 1; value <= 100; value++) call.write({ value });
    call.end();
  }),
  duplex: () => {
    const call = titans.Echo(metadata());
    call.write({ value: 1 });
    return many(call, message => message.value < 5 ? call.write({ value: message.value + 1 }) : call.end());
  },
  deadline: () => one(titans, 'Sleep', {}, { deadline: Date.now() + 300 }),
  streamDeadline: () => many(titans.SleepStream({}, metadata(), { deadline: Date.now() + 300 })),
  cancel: () => {
    const call = titans.SleepStream({}, metadata());
    // The first message says that the server is in the call.
    return many(call, () => call.cancel());
  },
  metadata: () => one(titans, 'Mirror', {}, { entries: { 'x-text': 'fire breath', 'x-bytes-bin': Buffer.from([0, 1, 254, 255]) } }),
  failure: () => one(titans, 'Fail', { code: 9, detail: 'no ☢ left: 100%' }),
  exception: () => one(titans, 'Fail', { code: 0, detail: 'a secret of the server' }),
  unimplemented: () => one(titans, 'Extinct', {}),
  oversizedRequest: () => one(titans, 'Describe', { genome: Buffer.alloc(70 * 1024) }),
  oversizedResponse: () => one(titans, 'Grow', { value: 5 * 1024 * 1024 }),
  gzip: () => one(titans, 'Describe', { name: 'a'.repeat(10000) }),
  healthCheck: async () => ({ server: await one(health, 'Check', {}), nobody: await one(health, 'Check', { service: 'nobody' }) }),
  // Says what it sees as it sees it, until the server ends it.
  healthWatch: () => many(health.Watch({}, metadata()), message => console.log(message.status)),
  healthWatchNobody: () => {
    const call = health.Watch({ service: 'nobody' }, metadata());
    return many(call, () => call.cancel());
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
titans.close();
health.close();
