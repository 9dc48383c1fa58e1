export { systemTimer, type Timer } from '@claviger/guard/internal';
