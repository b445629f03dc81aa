"""Pretraining an encoder on unlabelled text: masked characters, or replaced ones."""
