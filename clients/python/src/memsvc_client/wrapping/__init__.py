"""A provider's client that remembers: `wrap` puts memories before each call, and stores it afterwards."""
