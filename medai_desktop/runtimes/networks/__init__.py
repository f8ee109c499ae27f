"""Networks: what a manifest names, as torch modules."""
