"""Cards and publication on the Hugging Face Hub."""
