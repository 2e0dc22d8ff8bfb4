"""The side of those who report: first contact, messages, how it went, orders of the hotline."""
