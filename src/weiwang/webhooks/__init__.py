"""News of cases for other programs: signed, retried, never to an address inside our own network."""
