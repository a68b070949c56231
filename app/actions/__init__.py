"""What a person can do with Kantha, without a screen: plain functions that the command line and the screens
both call.

Every function takes the unlocked device first, blocks until it is done (screens run them in a thread),
returns a frozen view or raises an error whose text is a sentence for people. Nothing here draws, prints or
asks.
"""
