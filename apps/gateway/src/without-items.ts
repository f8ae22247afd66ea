/** An answer that names an event and says none of its items. */
import type { AnswerNames } from '#lib/contracts';
import { formatRef, type EventRef } from '#lib/domain';

export const withoutItems = (event: EventRef): AnswerNames => ({ events: new Map([[formatRef(event), []]]), items: new Set() });
