import { checkHeaders, submittedHeaders } from './cloud-events.ts';

const record = { agency: 'local', id: 'lux-0009', captured: '2026-11-24T02:10:00.000000Z', subject: 'vin:WDDSYNTH9JA000001' };
const raw = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]));

describe('the headers of a submitted sighting', () => {
  const headers = submittedHeaders({ ...record, requestId: 'r-1' });

  it('are CloudEvents 1.0 in binary mode', () => {
    expect(headers).toEqual({
      ce_specversion: '1.0',
      ce_id: 'lux-0009',
      ce_source: '/agencies/local',
      ce_type: 'org.custodyledger.sighting.submitted.v1',
      ce_time: '2026-11-24T02:10:00.000000Z',
      ce_subject: 'vin:WDDSYNTH9JA000001',
      'content-type': 'application/vnd.custodyledger.record.v1',
      'custody-request': 'r-1',
    });
    const { subject: _, ...withoutSubject } = record;
    expect(submittedHeaders({ ...withoutSubject, requestId: 'r-1' })).not.toHaveProperty('ce_subject');
  });

  it('agree with the value that they were made from', () => {
    expect(checkHeaders(raw(headers), record)).toBeNull();
    expect(checkHeaders(raw({ ...headers, traceparent: '00-1-2-03' }), record)).toBeNull();
  });

  it('are a mismatch as soon as one of them is missing or other', () => {
    for (const name of Object.keys(headers).filter((name) => name !== 'custody-request')) {
      const { [name]: value = '', ...less } = headers;
      expect(checkHeaders(raw(less), record)?.code).toBe('record.header-mismatch');
      expect(checkHeaders(raw({ ...headers, [name]: `${value}x` }), record)?.code).toBe('record.header-mismatch');
    }
  });
});
