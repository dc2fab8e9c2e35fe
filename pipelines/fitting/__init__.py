"""Constants of the throughput model, fitted to measured runs. What their terms mean says analysis/macros/speeds.sql."""
