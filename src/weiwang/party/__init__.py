"""Grid Party branches: who belongs where, which micro-grids a branch cares for, whose households a member looks after."""
