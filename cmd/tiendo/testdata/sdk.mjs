// Sends the same fact as the CloudEvents SDK for JavaScript makes it, in each content mode, to the address and with the
// token of its arguments. It prints the status of each answer.
import { CloudEvent, HTTP } from 'cloudevents';

const [url, token] = process.argv.slice(2);

const made = (id, more) => new CloudEvent({
  id,
  source: 'https://motcua.haiphong.gov.vn/so-noi-vu',
  type: 'dossier.received',
  subject: `Hồ-sơ-H24.12-${id}`,
  time: '2026-09-14T08:30:00.123+07:00',
  recordedtime: '2026-09-14T02:00:00Z',
  data: { agency: 'H24.12', procedure: '1.000123', channel: 'online', fee: true },
  ...more,
});

async function post(name, headers, body) {
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, authorization: `Bearer ${token}` }, body });
  console.log(`${name} ${answer.status} ${(await answer.text()).trim()}`);
}

// The SDK leaves it to its user to encode attributes for headers, as the HTTP binding 1.0 says in section 3.1.3.2.
const encoded = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, name.startsWith('ce-') ? encodeURI(value) : value]));

for (const mode of ['structured', 'binary']) {
  const { headers, body } = HTTP[mode](made(mode));
  await post(mode, encoded(headers), body);
}

// The SDK reads batches and writes none: a batch is an array of what it writes of each.
await post('batch', { 'content-type': 'application/cloudevents-batch+json' }, JSON.stringify([made('batch-1'), made('batch-2'), made('binary')]));

// Of what is refused the answer says which and why.
await post('refused', { 'content-type': 'application/cloudevents-batch+json' }, JSON.stringify([made('good'), made('bad', { data: { agency: 'H24.12', name: 'x' } })]));
