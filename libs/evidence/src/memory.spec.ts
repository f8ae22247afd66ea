import { evidenceStoreContract } from './evidence-store.contract.ts';
import { evidenceInMemory } from './memory.ts';

evidenceStoreContract('in memory', () => Promise.resolve(evidenceInMemory()));
