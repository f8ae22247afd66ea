/** An answer that names an event and says none of its items. */
import { formatRef, type EventRef } from '#lib/domain';
import type { NamedInAnswer } from '#lib/runtime';

export const withoutItems = (event: EventRef): NamedInAnswer => ({ events: new Map([[formatRef(event), []]]), items: new Set() });
