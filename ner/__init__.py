"""Chinese named-entity recognition: a BERT-family encoder, a BiLSTM and a CRF, character by character."""
