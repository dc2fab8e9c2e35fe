"""What a refresh does, step by step: reads, fills and checks every table, publishes, renders.

Nothing here knows Dagster: the command runs the steps one after the other (`run`), and `pipelines.assets` shows them as
a graph. No formula and no parsing lives here.
"""
