"""What people see: the phone (`intake`, `settings`), the desk (`casework`, `officer`) and what both are
sewn from.

Screens call `app.actions` and nothing below it, off the event loop, and never keep what a vault holds after
a lock.
"""
