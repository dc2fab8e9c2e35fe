"""From files under data/raw to text cells, and their corrections. What a column means is said in `pipelines.contracts`.

No figure is read here and no name resolved; that is `pipelines.normalise`.
"""
