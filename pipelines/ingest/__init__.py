"""From files under data/raw to text cells: contracts (what a column means) and cells (what stands in it).

No figure is read here and no name resolved; that is `pipelines.normalise`.
"""
