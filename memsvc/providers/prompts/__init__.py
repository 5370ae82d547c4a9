"""What language models are told, as text files; memsvc.providers.prompt_texts reads them."""
