export * from './card.js';
export * from './layout.js';
export * from './profile.js';
export * from './scene.js';
