select secret_key from installation
