"""Stands in for torchvision; see torch beside it."""

from . import datasets, transforms

__all__ = ["datasets", "transforms"]
