"""Forty ingestion modules: each idiom twice, once right and once wrong."""
