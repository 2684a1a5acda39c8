export { MemoryPeopleStore } from './memory-people-store.js';
export { SoftwareAuthenticator, type Flaws } from './software-authenticator.js';
