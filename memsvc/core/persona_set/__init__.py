"""The starter set: personas that come with the server, as data."""
