"""The two engines, and which of them simulates a trial."""
