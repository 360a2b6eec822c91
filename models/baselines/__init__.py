"""Recommenders to compare with: each learns from a log as of a cut and scores a platform's items for persons."""
