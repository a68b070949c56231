"""The corpus: 102 published complaints, mapped to intake records. `mapping.records()` gives them all."""
