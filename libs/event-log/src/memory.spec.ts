import { type ContractSetup, eventLogContract } from './event-log.contract.ts';
import { createMemoryLog, type MemoryLog } from './memory.ts';
import type { EventLog } from './port.ts';

eventLogContract('in memory', () => Promise.resolve(memorySetup()));

function memorySetup(log: MemoryLog = createMemoryLog()): ContractSetup {
  return {
    open: () => Promise.resolve(log as EventLog),
    openLosingReply: () => {
      log.faults.loseReplies(1);
      return Promise.resolve(log);
    },
    recreateTopic: (topic) => Promise.resolve(log.faults.recreateTopic(topic)),
    sessionMs: 100,
    close: () => log.close(),
  };
}
