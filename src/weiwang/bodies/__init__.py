"""Self-governance bodies: owners' committees, courtyard committees, villager groups, property companies."""
