export { type Broker, type BrokerOptions, openBroker } from './broker.ts';
export type { Consumer } from './consumer.ts';
export { deadLetter } from './dead-letter.ts';
export type { Delivery } from './delivery.ts';
export { BrokerUnavailableError } from './errors.ts';
export {
  cancelledMessage,
  deferredLaneMessage,
  type EventMessage,
  eventMessage,
  failedMessage,
  firstLaneMessages,
  laneMessage,
  timelineEntry,
  waitMessage,
} from './notification-messages.ts';
export type { OutgoingMessage, Publisher } from './publisher.ts';
export { deferralRung, nextRung } from './retry-schedule.ts';
