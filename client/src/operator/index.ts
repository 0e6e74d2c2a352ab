/** What the operator's pages share: the sign-in, requests with it, lists that are kept fresh. Its words are in the part `streams`. */
export { OperatorPage } from './OperatorPage';
export { Stale } from './Stale';
export { useAsk, usePolled } from './useAsk';
export { OperatorProvider, useOperatorAccess } from './useOperator';
