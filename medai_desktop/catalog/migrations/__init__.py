"""Migrations of the catalog, oldest first; each is checked and preceded by a backup."""
