"""What both screens are sewn from. Controls made here are stateless: they show what they are given.

`text` for every word on a screen, `press` and `button` for everything to press, `chip`, `divider` and
`progress`
for the motif, `field` to write in, `empty`, `offline` and `problem` for the states. Give every control that a
person can press an explicit `key`.
"""
