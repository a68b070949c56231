"""What is owed: dated rule sets that are data, and the ledger that computes exactly and explains each
step.
"""
