/** What the operator's pages share: the sign-in, requests with it, lists that are kept fresh. Its words are in the part `streams`. */
export { OperatorPage } from './OperatorPage';
export { StaleNotice } from './StaleNotice';
export { useOperatorAction } from './useOperatorAction';
export { OperatorProvider, useOperatorAccess } from './useOperator';
export { usePolled } from './usePolled';
