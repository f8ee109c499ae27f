"""Parts that satisfy a port of the product, for tests that need to know the answer beforehand."""
