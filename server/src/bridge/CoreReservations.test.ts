import { expect, it } from 'vitest';
import { CoreReservations } from './CoreReservations.js';

it('counts the estimate, or what is measured for a while if that is more, until it is released', () => {
  const reservations = new CoreReservations();
  const [light, heavy] = [reservations.reserve(0.5), reservations.reserve(1)];
  light.measured(0.1, false);
  heavy.measured(2, false);
  expect(reservations.total).toBeCloseTo(1.6);
  for (let second = 0; second < 100; second += 1) heavy.measured(2, false);
  expect(reservations.total).toBeCloseTo(2.5);
  for (let second = 0; second < 100; second += 1) heavy.measured(0.2, false);
  expect(reservations.total).toBeCloseTo(1.5);
  heavy.release();
  heavy.release();
  expect(reservations.total).toBe(0.5);
  light.release();
  expect(reservations.total).toBe(0);
});

it('is short while a program says that it gets too little', () => {
  const reservations = new CoreReservations();
  const [one, other] = [reservations.reserve(0.5), reservations.reserve(0.5)];
  one.measured(0.3, true);
  other.measured(0.5, false);
  expect(reservations.isShort).toBe(true);
  one.measured(0.3, false);
  expect(reservations.isShort).toBe(false);
  other.measured(0.3, true);
  other.release();
  expect(reservations.isShort).toBe(false);
});
