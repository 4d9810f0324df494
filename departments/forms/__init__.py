"""Forms check shape; whether a thing may be done, the actions decide."""
