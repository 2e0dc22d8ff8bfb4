"""Fixed person, fixed duty: posts, Party branches, self-governance bodies, duties, the patrol force."""
