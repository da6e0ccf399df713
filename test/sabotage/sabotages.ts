import type { Sabotage } from './sabotage.ts';
import { BACK_OFF_SABOTAGES } from './sabotages/back-off.ts';
import { CHECK_SABOTAGES } from './sabotages/check.ts';
import { COST_SABOTAGES } from './sabotages/costs.ts';
import { DEPLOYED_SABOTAGES } from './sabotages/deployed.ts';
import { LEASE_PROGRAM_SABOTAGES } from './sabotages/lease-programs.ts';
import { LEASE_SABOTAGES } from './sabotages/leases.ts';
import { MACHINERY_SABOTAGES } from './sabotages/machinery.ts';
import { STACK_SABOTAGES } from './sabotages/stack.ts';
import { STORAGE_SABOTAGES } from './sabotages/storage.ts';
import { STRANGER_SABOTAGES } from './sabotages/strangers.ts';
import { SWEEP_SABOTAGES } from './sabotages/sweeps.ts';
import { UPGRADE_SABOTAGES } from './sabotages/upgrades.ts';

/** The removal of every safety measure of the pipeline, and of what keeps strangers out. */
export const SABOTAGES: readonly Sabotage[] = [
  ...STORAGE_SABOTAGES,
  ...SWEEP_SABOTAGES,
  ...BACK_OFF_SABOTAGES,
  ...MACHINERY_SABOTAGES,
  ...STACK_SABOTAGES,
  ...LEASE_SABOTAGES,
  ...LEASE_PROGRAM_SABOTAGES,
  ...STRANGER_SABOTAGES,
  ...UPGRADE_SABOTAGES,
  ...DEPLOYED_SABOTAGES,
  ...CHECK_SABOTAGES,
  ...COST_SABOTAGES,
];
