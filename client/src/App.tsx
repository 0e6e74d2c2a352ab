import { Routes } from './pages';
import { TooltipProvider } from './ui';

export const App = () => (
  <TooltipProvider>
    <Routes />
  </TooltipProvider>
);
