/** An example of what else an item is: a ship while she bore one number, which another hull is said to have borne, too. Synthetic. */
import type { IdentityView } from './identity-view.ts';

const radio = { id: 'mmsi:671990004', display: 'MMSI 671990004' };

export const identityExample: IdentityView = {
  names: [
    {
      ...radio,
      scheme: 'mmsi',
      since: '2017-03-01T00:00:00.000000Z',
      until: '2018-12-01T00:00:00.000000Z',
      claims: [{ agency: 'local', id: 'flag-1' }],
      grade: 'B2',
      tlp: 'GREEN',
    },
  ],
  moreNames: 0,
  unjoined: [
    {
      claim: { agency: 'local', id: 'flag-2' },
      items: [{ id: 'imo:0000036', display: 'IMO 0000036' }, radio],
      since: '2018-06-01T00:00:00.000000Z',
      until: '2018-07-01T00:00:00.000000Z',
      why: 'some-time',
      against: [],
      grade: 'D4',
      tlp: 'AMBER',
    },
  ],
  moreUnjoined: 0,
  isPartial: false,
};
