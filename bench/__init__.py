"""Rates and sizes, each beside the sum of its raw primitives measured in the same run."""
