"""Who answers: personas of tenants and users, and the built-in ones."""
