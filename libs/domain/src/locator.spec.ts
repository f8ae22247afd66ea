import { parseLocator } from './locator.ts';

describe('a locator', () => {
  it('names lines, rows, a page or a region', () => {
    expect(parseLocator('line:5')).toEqual({ kind: 'line', from: 5, to: 5 });
    expect(parseLocator('line:5-7')).toEqual({ kind: 'line', from: 5, to: 7 });
    expect(parseLocator('row:14')).toEqual({ kind: 'row', from: 14, to: 14 });
    expect(parseLocator('page:2')).toEqual({ kind: 'page', page: 2 });
    const region = { kind: 'region', x: 10, y: 10, width: 50, height: 20 };
    expect(parseLocator('region:page=2,x=10,y=10,w=50,h=20')).toEqual({ ...region, page: 2 });
    expect(parseLocator('region:x=10,y=10,w=50,h=20')).toEqual({ ...region, page: undefined });
  });

  it.each([
    '',
    'line:0',
    'line:7-5',
    'line:5 ',
    'page:1-2',
    'row:9999999999999',
    'verse:3',
    'region:x=1,y=1,w=1',
    'region:x=1,y=1,w=0,h=1',
    'region:x=1,x=2,y=1,w=1,h=1',
    'region:x=1,y=1,w=1,h=1"onload=',
    'line:5\nrow:6',
  ])('is quoted and not followed where it is written otherwise: %j', (text) => {
    expect(parseLocator(text)).toBeUndefined();
  });
});
