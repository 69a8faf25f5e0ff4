// Which mutant a test has failed for. Stryker runs its mutants one after another in one process, and names the one that
// is active in the environment.
let killed;

const activeMutant = () => process.env["__STRYKER_ACTIVE_MUTANT__"];

module.exports = {
  activeMutant,
  isKilled: () => killed !== undefined && killed === activeMutant(),
  markKilled: () => {
    killed = activeMutant();
  },
};
