import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTranslations } from './language/i18n.ts';
import { giveStylesTheNonce } from './theme/style-nonce.ts';
import './theme/global.css';

giveStylesTheNonce();
await startTranslations();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
