"""What happens inside `fit`: the adversarial update, the data, the state."""
