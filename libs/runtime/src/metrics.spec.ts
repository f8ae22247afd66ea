import { createMetrics, createWitnessMetrics, METRICS, WITNESS_METRICS } from './metrics.ts';

test('every metric is exposed with its meaning and unit', async () => {
  const metrics = createMetrics();
  const text = await metrics.expose();
  for (const { name, meaning, unit } of Object.values(METRICS)) expect(text).toContain(`# HELP ${name} ${meaning} Unit: ${unit}.`);
  const ofWitness = await createWitnessMetrics().expose();
  for (const { name, meaning, unit } of Object.values(WITNESS_METRICS))
    expect(ofWitness).toContain(`# HELP ${name} ${meaning} Unit: ${unit}.`);
  expect(ofWitness).not.toContain('process_');
});

test('names end in their unit, counters in _total, and no label can hold an identifier', () => {
  for (const { kind, name, unit, labels } of [...Object.values(METRICS), ...Object.values(WITNESS_METRICS)]) {
    expect(name).toMatch(kind === 'counter' ? /_total$/ : new RegExp(`_${unit.split(' ')[0]}$`));
    expect(['outcome', 'partition', 'component', 'method', 'route', 'status', 'code']).toEqual(expect.arrayContaining([...labels]));
  }
});

test('two sets of metrics in one process do not meet', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.captureEvents.inc({ outcome: 'accepted' }, 3);
  expect(await one.expose()).toContain('custody_capture_events_total{outcome="accepted"} 3');
  expect(await other.expose()).not.toContain('custody_capture_events_total{outcome="accepted"}');
});
