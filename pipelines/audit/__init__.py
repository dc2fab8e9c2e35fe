"""What the sources claim, recomputed: units, the language of the formulas, and the claims with their verdicts.

Which claims there are is declared beside each source, in claims.toml. Contradictions between readings and the limits
that physics sets are SQL, in analysis/audit.
"""
