"""What people have at hand, brought in: a document's tables or records, what their columns mean, and the snapshot of
them.

Nothing is published here, and no figure is read: contracts are proposed, and `pipelines.normalise` reads by them.
"""
