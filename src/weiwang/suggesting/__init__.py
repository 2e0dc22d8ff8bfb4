"""Which category a text may belong to: learned from labelled texts, or from the catalogue's own words.

Plain numpy and scikit-learn, no network, no text kept: a model holds character sequences and their weights.
A suggestion never decides anything; a person chooses.
"""
