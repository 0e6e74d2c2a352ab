/** Shared by the operator's pages: the sign-in, authorised requests, and lists that stay fresh. Its texts are in the part `streams`. */
export { OperatorPage } from './OperatorPage';
export { StaleNotice } from './StaleNotice';
export { useOperatorAction } from './useOperatorAction';
export { OperatorProvider, useOperatorAccess } from './useOperator';
export { usePolled } from './usePolled';
