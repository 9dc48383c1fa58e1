import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTranslations } from './language/i18n.ts';
import { watchDialogFocus } from './layout/dialog-focus.ts';
import { addNonceToStyles } from './theme/style-nonce.ts';
import './theme/global.css';

addNonceToStyles();
watchDialogFocus();
await startTranslations();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
