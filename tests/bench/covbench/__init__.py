"""What bench.py is made of: one noun a module, the standard library alone."""
